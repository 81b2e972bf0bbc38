/** The conversation as a text file for the customer to keep. */
import { authorOf, entryText } from "@kit/chat/Entry";
import { type ChatItem, offerBefore } from "@kit/chat/items";
import type { I18n } from "@kit/i18n";

export function transcriptText(items: readonly ChatItem[], selfName: string, selfId: string, i18n: I18n): string {
  return items
    .filter((item) => !item.sending)
    .map((item) => {
      const when = i18n.dateTime(item.time);
      if (item.kind === "event") return `[${when}] ${entryText(item, i18n)}`;
      const who = item.participantId === selfId ? selfName : authorOf(item, i18n.t);
      return `[${when}] ${who}: ${entryText(item, i18n, offerBefore(items, item)?.content)}`;
    })
    .join("\n")
    .concat("\n");
}
