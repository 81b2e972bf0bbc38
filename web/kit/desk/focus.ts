/** Which contact is in focus: the one chosen, else one that rings, else the first. */
import { useEffect, useState } from "react";
import { useDesk } from "./context";
import { type ContactView, isRinging } from "./view";

export function useFocus(): { contact: ContactView | undefined; choose: (id: string) => void } {
  const { view } = useDesk();
  const [chosen, setChosen] = useState<string>();
  const contact = view.contacts.find((one) => one.id === chosen) ?? view.contacts.find(isRinging) ?? view.contacts[0];
  useEffect(() => {
    // Keep what is on screen in focus when other contacts come and go.
    if (contact && contact.id !== chosen) setChosen(contact.id);
  }, [contact, chosen]);
  return { contact, choose: setChosen };
}
