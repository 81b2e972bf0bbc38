/** The agent workspace: contacts on the left, the one in focus in the middle, its details on the right. */

import { ContactList } from "@kit/desk/ContactList";
import { ContactPane } from "@kit/desk/ContactPane";
import { useDesk } from "@kit/desk/context";
import { Details } from "@kit/desk/Details";
import { useFocus } from "@kit/desk/focus";
import { DeskGate, DeskHead, DeskNotices, DeskStarting, NoContacts } from "@kit/desk/Shell";
import { Guides } from "@kit/guide/Guides";
import { useI18n } from "@kit/i18n";
import { chat, common, desk, view as viewTexts } from "@kit/i18n/catalogues";
import { startPage } from "@kit/start";

function Workspace() {
  const { t } = useI18n();
  const { view, session } = useDesk();
  const { contact, choose } = useFocus();
  return (
    <div className="desk">
      <DeskHead brand other={{ href: "/ccp-v2", label: t("desk.openPanel") }} />
      <DeskNotices />
      <main className="desk__body">
        <h1 className="sr-only">{t("desk.workspaceTitle")}</h1>
        {view.phase === "starting" && <DeskStarting />}
        {view.phase === "ready" && (
          <div className="workspace__columns">
            <nav className="workspace__side workspace__side--start" aria-label={t("contacts.title")}>
              {view.contacts.length > 0 ? (
                <ContactList chosen={contact?.id} onChoose={choose} />
              ) : (
                <p className="sr-empty">{t("contacts.listEmpty")}</p>
              )}
            </nav>
            <div className="workspace__middle">
              {contact ? <ContactPane key={contact.id} contact={contact} detailsBeside /> : <NoContacts />}
            </div>
            <aside className="workspace__side workspace__side--end" aria-label={t("details.title")}>
              {contact && !contact.monitoring && (
                <Guides
                  key={contact.id}
                  contactId={contact.id}
                  phase={contact.phase}
                  displayName={session.displayName}
                />
              )}
              {contact && <Details contact={contact} />}
            </aside>
          </div>
        )}
      </main>
      {/* Stock streams plays the other side's voice here. */}
      {/* biome-ignore lint/a11y/useMediaCaption: a live call has no captions */}
      <audio id="remote-audio" autoPlay />
    </div>
  );
}

document.documentElement.classList.add("sr-full");
void startPage([common, chat, desk, viewTexts], ({ t }) => {
  document.title = `${t("desk.workspaceTitle")} – ${t("app.name")}`;
  return (
    <DeskGate>
      <Workspace />
    </DeskGate>
  );
});
