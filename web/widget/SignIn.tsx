/** The customer is asked to sign in: with a provider, or not at all. */
import { describe } from "@kit/chat/model";
import { useI18n } from "@kit/i18n";
import { Alert } from "@kit/ui/Alert";
import { Button } from "@kit/ui/Button";
import { useCallback, useEffect, useId, useRef, useState } from "react";
import type { CustomerChat } from "./session";
import { goToProvider, onAnswer, signedInPath, stateOf, towards } from "./sign-in";

type Step = "asked" | "away" | "checking";

export function SignIn({ chat, sessionId }: { chat: CustomerChat; sessionId: string }) {
  const { t } = useI18n();
  const title = useId();
  const [step, setStep] = useState<Step>("asked");
  const [address, setAddress] = useState<string>();
  const [problem, setProblem] = useState<string>();
  const state = useRef<string | null>(null);

  // Asked for at once: it is given out for a minute only, and a window opens only straight from a click.
  const ask = useCallback(async () => {
    setProblem(undefined);
    try {
      const found = await chat.model.signInAddress(sessionId, location.origin + signedInPath);
      state.current = stateOf(found);
      setAddress(towards(found, location.search));
    } catch (error) {
      setProblem(describe(error));
    }
  }, [chat, sessionId]);

  useEffect(() => void ask(), [ask]);

  useEffect(
    () =>
      onAnswer((answer) => {
        if (answer.state !== state.current) return;
        setStep("checking");
        setProblem(undefined);
        chat.signInAnswered(answer).catch((error) => {
          setStep("asked");
          setProblem(describe(error));
        });
      }),
    [chat],
  );

  function open() {
    if (!address) return;
    setStep("away");
    try {
      goToProvider(address);
    } catch (error) {
      setStep("asked");
      setProblem(describe(error));
    }
  }

  async function skip() {
    setProblem(undefined);
    try {
      await chat.model.declineSignIn(sessionId);
    } catch (error) {
      setProblem(describe(error));
    }
  }

  return (
    <section className="widget__ask" aria-labelledby={title} data-testid="sign-in">
      <h2 id={title}>{t("widget.signIn.title")}</h2>
      {step === "checking" ? (
        <div className="sr-busy" role="status">
          <span className="sr-spinner" />
          {t("widget.signIn.checking")}
        </div>
      ) : (
        <p>{t(step === "asked" ? "widget.signIn.text" : "widget.signIn.opened")}</p>
      )}
      {problem && (
        <Alert
          kind="bad"
          testId="sign-in-problem"
          action={
            !address && (
              <Button small onClick={() => void ask()}>
                {t("action.retry")}
              </Button>
            )
          }
        >
          {t("widget.signIn.problem", { message: problem })}
        </Alert>
      )}
      {step !== "checking" && (
        <div className="widget__choices">
          <Button kind="primary" onClick={open} disabled={!address} data-testid="sign-in-open">
            {t("widget.signIn.open")}
          </Button>
          <Button kind="quiet" onClick={() => void skip()} data-testid="sign-in-skip">
            {t("widget.signIn.skip")}
          </Button>
        </div>
      )}
    </section>
  );
}
