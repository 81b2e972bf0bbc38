/** The contact panel: a narrow page that stands alone or is embedded in another application. */

import { ContactList } from "@kit/desk/ContactList";
import { ContactPane } from "@kit/desk/ContactPane";
import { useDesk } from "@kit/desk/context";
import { useFocus } from "@kit/desk/focus";
import { DeskGate, DeskHead, DeskNotices, DeskStarting, NoContacts } from "@kit/desk/Shell";
import { useI18n } from "@kit/i18n";
import { chat, common, desk, view as viewTexts } from "@kit/i18n/catalogues";
import { startPage } from "@kit/start";

function Panel() {
  const { t } = useI18n();
  const { view } = useDesk();
  const { contact, choose } = useFocus();
  const several = view.contacts.length > 1;
  return (
    <div className="desk">
      <DeskHead other={{ href: "/agent-app-v2", label: t("desk.openWorkspace") }} />
      <DeskNotices />
      <main className="desk__body">
        <h1 className="sr-only">{t("desk.panelTitle")}</h1>
        {view.phase === "starting" && <DeskStarting />}
        {view.phase === "ready" && !contact && <NoContacts />}
        {several && (
          <div className="panel__list">
            <ContactList chosen={contact?.id} onChoose={choose} />
          </div>
        )}
        {contact && (
          <div className="panel__contact">
            <ContactPane key={contact.id} contact={contact} />
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
  document.title = `${t("desk.panelTitle")} – ${t("app.name")}`;
  return (
    <DeskGate>
      <Panel />
    </DeskGate>
  );
});
