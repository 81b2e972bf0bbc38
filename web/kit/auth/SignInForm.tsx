/** The sign-in form, used by the login page and, in place, by the panel when nobody is signed in. */
import { type FormEvent, useState } from "react";
import { signIn } from "../api/session";
import { useI18n } from "../i18n";
import logo from "../theme/favicon.svg";
import { Alert } from "../ui/Alert";
import { Button, IconButton } from "../ui/Button";
import { Field } from "../ui/Field";
import { handOver } from "./hand-over";

export function SignInForm({ onSignedIn }: { onSignedIn: () => void }) {
  const { t, tn } = useI18n();
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [visible, setVisible] = useState(false);
  const [working, setWorking] = useState(false);
  const [problem, setProblem] = useState<string>();

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (username.trim() === "" || password === "") {
      setProblem(t("signIn.missing"));
      return;
    }
    setWorking(true);
    setProblem(undefined);
    const result = await signIn(username.trim(), password);
    if (result.kind === "ok") {
      await handOver();
      onSignedIn();
      return;
    }
    setWorking(false);
    if (result.kind === "refused") {
      setPassword("");
      setProblem(t("signIn.refused"));
    } else if (result.kind === "tooMany") {
      setProblem(tn("signIn.tooMany", result.retryAfterSeconds));
    } else if (result.kind === "withheld") {
      setProblem(t("signIn.withheld"));
    } else {
      setProblem(t("failure.network"));
    }
  }

  return (
    <form className="sr-sign-in" onSubmit={submit} data-testid="sign-in-form" noValidate>
      <div className="sr-sign-in__brand">
        <img src={logo} alt="" />
        <h1>{t("signIn.title")}</h1>
      </div>
      {problem && (
        <Alert kind="bad" testId="sign-in-problem">
          {problem}
        </Alert>
      )}
      <Field label={t("signIn.username")}>
        <input
          className="sr-input"
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          value={username}
          onChange={(event) => setUsername(event.target.value)}
          data-testid="sign-in-username"
        />
      </Field>
      <div className="sr-input-group-field">
        <PasswordField label={t("signIn.password")} value={password} visible={visible} onChange={setPassword}>
          <IconButton
            icon="eye"
            label={t(visible ? "signIn.hidePassword" : "signIn.showPassword")}
            aria-pressed={visible}
            onClick={() => setVisible(!visible)}
          />
        </PasswordField>
      </div>
      <Button kind="primary" type="submit" wide disabled={working} data-testid="sign-in-submit">
        {t(working ? "signIn.working" : "action.signIn")}
      </Button>
    </form>
  );
}

interface PasswordFieldProps {
  label: string;
  value: string;
  visible: boolean;
  onChange: (value: string) => void;
  children: React.ReactNode;
}

function PasswordField({ label, value, visible, onChange, children }: PasswordFieldProps) {
  return (
    <div className="sr-field">
      <label className="sr-field__label" htmlFor="sign-in-password">
        {label}
      </label>
      <div className="sr-input-group">
        <input
          className="sr-input"
          id="sign-in-password"
          name="password"
          type={visible ? "text" : "password"}
          autoComplete="current-password"
          value={value}
          onChange={(event) => onChange(event.target.value)}
          data-testid="sign-in-password"
        />
        {children}
      </div>
    </div>
  );
}
