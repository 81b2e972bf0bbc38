/** The frame for views of a contact that desktops put beside the panel: it speaks their protocol, and says that there are none (11 §2.10). */
import { useI18n } from "@kit/i18n";
import { common } from "@kit/i18n/catalogues";
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

answerDesktop(window);
void startPage([common], ({ t }) => {
  document.title = `${t("views.title")} – ${t("app.name")}`;
  return <NoViews />;
});
