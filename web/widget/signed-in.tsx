/** Where the provider sends customers back to: gives what they bring to the chat, and closes. */
import { useI18n } from "@kit/i18n";
import { chat, common } from "@kit/i18n/catalogues";
import { startPage } from "@kit/start";
import { Alert } from "@kit/ui/Alert";
import { useEffect, useState } from "react";
import { keptChat } from "./session";
import { answerSignIn, readAnswer, type SignInAnswer, tellChat, wasSameTab } from "./sign-in";
import "./widget.css";

type Outcome = { kind: "wait" } | { kind: "done" } | { kind: "lost" } | { kind: "problem"; message: string };

/** Read once and taken out of the address, where others could see it. */
const brought = readAnswer(location.search);
history.replaceState(null, "", location.pathname);

async function hand(answer: SignInAnswer): Promise<Outcome> {
  const kept = wasSameTab() ? keptChat() : undefined;
  if (!kept) {
    tellChat(answer);
    window.close();
    return { kind: "done" };
  }
  try {
    await answerSignIn(kept.participantToken, answer);
  } catch (error) {
    return { kind: "problem", message: error instanceof Error ? error.message : String(error) };
  }
  location.replace("/chat");
  return { kind: "wait" };
}

const outcome: Promise<Outcome> = brought ? hand(brought) : Promise.resolve({ kind: "lost" });

function SignedIn() {
  const { t } = useI18n();
  const [shown, setShown] = useState<Outcome>({ kind: "wait" });
  useEffect(() => void outcome.then(setShown), []);
  return (
    <main className="widget">
      <header className="widget__head">
        <h1>{t("widget.signedIn.title")}</h1>
      </header>
      <div className="widget__form" data-testid="signed-in">
        {shown.kind === "wait" && (
          <div className="sr-busy" role="status">
            <span className="sr-spinner" />
            {t("widget.signedIn.wait")}
          </div>
        )}
        {shown.kind === "done" && <Alert kind="good">{t("widget.signedIn.done")}</Alert>}
        {shown.kind === "lost" && <Alert kind="warn">{t("widget.signedIn.lost")}</Alert>}
        {shown.kind === "problem" && (
          <Alert kind="bad" action={<a href="/chat">{t("widget.signedIn.back")}</a>}>
            {t("widget.signedIn.problem", { message: shown.message })}
          </Alert>
        )}
      </div>
    </main>
  );
}

void startPage([common, chat], ({ t }) => {
  document.title = t("widget.signedIn.title");
  return <SignedIn />;
});
