/** The agent's status with its clock, the next status if one is waiting, and the menu to change it. */
import { useI18n } from "../i18n";
import { Since } from "../ui/Clock";
import { Icon } from "../ui/Icon";
import { Menu, MenuItem } from "../ui/Menu";
import { statusName, useDesk } from "./context";

/** Colour class of a status: good when contacts may come, bad on errors, warn while busy, plain when offline. */
function tone(type: string): string {
  if (type === "routable") return "good";
  if (type === "error") return "bad";
  if (type === "offline") return "off";
  return "warn";
}

export function StatusPicker() {
  const i18n = useI18n();
  const { t } = i18n;
  const { desk, view, run } = useDesk();
  const { agent } = view;
  if (!agent) return null;
  const name = statusName(agent.status, i18n);
  const next = agent.nextStatus
    ? statusName(
        agent.statuses.find((one) => one.name === agent.nextStatus) ?? { name: agent.nextStatus, type: "" },
        i18n,
      )
    : undefined;
  return (
    <Menu
      className={`status status--${tone(agent.status.type)}`}
      label={t("status.choose")}
      textNames
      testId="status-picker"
      button={
        <>
          <span className="status__dot" />
          <span className="status__text">
            <span className="sr-only">{t("status.word")}</span>
            <span className="status__name" data-testid="status-name">
              {name}
            </span>
            {next && (
              <span className="status__next" data-testid="status-next">
                {t("status.next", { status: next })}
              </span>
            )}
          </span>
          <Since at={agent.statusSince} label={t("status.since")} />
          <Icon name="down" />
        </>
      }
    >
      {(close) =>
        agent.statuses.map((status) => (
          <MenuItem
            key={status.arn ?? status.name}
            checked={status.arn === agent.status.arn}
            testId={`status-${status.name}`}
            onSelect={() => {
              close();
              void run(() => desk.setStatus(status));
            }}
          >
            <span className={`status__dot status__dot--${tone(status.type)}`} />
            {statusName(status, i18n)}
          </MenuItem>
        ))
      }
    </Menu>
  );
}
