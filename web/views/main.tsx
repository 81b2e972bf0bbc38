/** The frame for views of a contact that desktops put beside the panel: it speaks their protocol and shows the contact's guides (11 §2.10). */
import { readSession } from "@kit/api/session";
import { configureChats } from "@kit/chat/customer";
import { Guides } from "@kit/guide/Guides";
import { readEndpoint } from "@kit/guide/guides";
import { useI18n } from "@kit/i18n";
import { common, view } from "@kit/i18n/catalogues";
import { startPage } from "@kit/start";
import { answerDesktop } from "./desktop";

function NoViews() {
  const { t } = useI18n();
  return (
    <main className="sr-empty" data-testid="no-views">
      <p>{t("views.none")}</p>
    </main>
  );
}

/** The contact that the desktop names in the frame's address, and the agent, if somebody is signed in. */
async function whose(): Promise<{ contactId: string; displayName: string } | undefined> {
  const contactId = new URLSearchParams(location.search).get("currentContactId");
  if (!contactId) return undefined;
  const session = await readSession();
  if (!session) return undefined;
  configureChats(await readEndpoint());
  return { contactId, displayName: session.displayName };
}

answerDesktop(window);
// Without an answer of the server there is nothing to show either; the desktop loads the frame again with the contact.
void whose()
  .catch(() => undefined)
  .then((found) =>
    startPage([common, view], ({ t }) => {
      document.title = `${t("views.title")} – ${t("app.name")}`;
      return found ? <Guides {...found} phase="" none={<NoViews />} /> : <NoViews />;
    }),
  );
