/** The sign-in page: signs in and goes on to where the user wanted to be. */
import { nextAfterSignIn } from "@kit/api/session";
import { SignInForm } from "@kit/auth/SignInForm";
import { common } from "@kit/i18n/catalogues";
import { startPage } from "@kit/start";
import { LanguageMenu, ThemeToggle } from "@kit/ui/Preferences";

void startPage([common], ({ t }) => {
  document.title = `${t("action.signIn")} – ${t("app.name")}`;
  return (
    <main className="sr-centre">
      <SignInForm onSignedIn={() => location.replace(nextAfterSignIn(location))} />
      <div className="sr-row">
        <LanguageMenu />
        <ThemeToggle />
      </div>
    </main>
  );
});
