/** A message box: what happened and, where there is one, what to do about it. */
import type { ReactNode } from "react";
import { Icon } from "./Icon";

interface AlertProps {
  kind: "bad" | "warn" | "info" | "good";
  children: ReactNode;
  action?: ReactNode;
  testId?: string;
}

export function Alert({ kind, children, action, testId }: AlertProps) {
  const icon = kind === "good" ? "check" : kind === "info" ? "info" : "warn";
  return (
    <div
      className={`sr-alert sr-alert--${kind}`}
      role={kind === "bad" || kind === "warn" ? "alert" : "status"}
      data-testid={testId}
    >
      <Icon name={icon} />
      <div className="sr-alert__text">{children}</div>
      {action}
    </div>
  );
}
