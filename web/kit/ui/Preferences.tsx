/** The colour and language switches that every page has in its header. */
import { chooseLocale, type Locale, languages, useI18n } from "../i18n";
import { setMode, useMode } from "../theme/mode";
import { IconButton } from "./Button";
import { Icon } from "./Icon";
import { Menu, MenuItem } from "./Menu";

export function ThemeToggle() {
  const { t } = useI18n();
  const mode = useMode();
  return (
    <IconButton
      icon={mode === "dark" ? "sun" : "moon"}
      label={t(mode === "dark" ? "theme.toLight" : "theme.toDark")}
      data-testid="theme-toggle"
      onClick={() => setMode(mode === "dark" ? "light" : "dark")}
    />
  );
}

export function LanguageMenu() {
  const { t, locale } = useI18n();
  return (
    <Menu
      button={<Icon name="globe" />}
      label={t("language.choose")}
      className="sr-button sr-button--quiet sr-button--icon"
      align="end"
      testId="language-menu"
    >
      {() =>
        (Object.keys(languages) as Locale[]).map((code) => (
          <MenuItem key={code} checked={code === locale} onSelect={() => chooseLocale(code)}>
            <span lang={code}>{languages[code]}</span>
          </MenuItem>
        ))
      }
    </Menu>
  );
}
