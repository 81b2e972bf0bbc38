/** Buttons: with text, or with an icon and a spoken name. */
import type { ButtonHTMLAttributes, ReactNode } from "react";
import { Icon, type IconName } from "./Icon";

type Kind = "normal" | "primary" | "good" | "bad" | "quiet";

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  kind?: Kind;
  icon?: IconName;
  small?: boolean;
  wide?: boolean;
  children: ReactNode;
}

export function Button({ kind = "normal", icon, small, wide, children, className, type, ...rest }: ButtonProps) {
  const classes = ["sr-button", `sr-button--${kind}`];
  if (small) classes.push("sr-button--small");
  if (wide) classes.push("sr-button--wide");
  if (className) classes.push(className);
  return (
    <button type={type ?? "button"} className={classes.join(" ")} {...rest}>
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  kind?: Kind;
  icon: IconName;
  label: string;
}

export function IconButton({ kind = "quiet", icon, label, className, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      className={`sr-button sr-button--icon sr-button--${kind} ${className ?? ""}`}
      aria-label={label}
      title={label}
      {...rest}
    >
      <Icon name={icon} />
    </button>
  );
}
