/** A button that opens a list of actions; arrow keys move, Escape closes and gives the focus back. */
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";

interface MenuProps {
  /** Content of the opening button. */
  button: ReactNode;
  /** Name of the menu. */
  label: string;
  /** The button's own text names it; otherwise it is named like the menu. */
  textNames?: boolean;
  className?: string;
  align?: "start" | "end";
  testId?: string;
  /** Items, given the function that closes the menu. */
  children: (close: () => void) => ReactNode;
}

export function Menu({ button, label, textNames, className, align = "start", testId, children }: MenuProps) {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const id = useId();

  useEffect(() => {
    if (!open) return;
    box.current?.querySelector<HTMLElement>("[role^=menuitem]")?.focus();
    const outside = (event: PointerEvent) => {
      if (!box.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
  }, [open]);

  const close = () => {
    setOpen(false);
    opener.current?.focus();
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (!open) {
      if (event.key === "ArrowDown") {
        event.preventDefault();
        setOpen(true);
      }
      return;
    }
    const items = [...(box.current?.querySelectorAll<HTMLElement>("[role^=menuitem]") ?? [])];
    const at = items.indexOf(document.activeElement as HTMLElement);
    const move: Record<string, number> = {
      ArrowDown: (at + 1) % items.length,
      ArrowUp: (at - 1 + items.length) % items.length,
      Home: 0,
      End: items.length - 1,
    };
    if (event.key === "Escape") {
      event.stopPropagation();
      close();
    } else if (event.key === "Tab") {
      setOpen(false);
    } else if (event.key in move) {
      event.preventDefault();
      items[move[event.key] ?? 0]?.focus();
    }
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the box only listens for keys of the button and the items inside it
    <div className="sr-menu" ref={box} onKeyDown={onKeyDown}>
      <button
        ref={opener}
        type="button"
        className={className ?? "sr-button"}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        aria-label={textNames ? undefined : label}
        data-testid={testId}
        onClick={() => setOpen(!open)}
      >
        {button}
      </button>
      {open && (
        <div
          id={id}
          role="menu"
          aria-label={label}
          className={`sr-menu__list ${align === "end" ? "sr-menu__list--end" : ""}`}
        >
          {children(close)}
        </div>
      )}
    </div>
  );
}

interface MenuItemProps {
  onSelect?: () => void;
  href?: string;
  /** Given for a choice among several: whether this one is in force. */
  checked?: boolean;
  testId?: string;
  children: ReactNode;
}

export function MenuItem({ onSelect, href, checked, testId, children }: MenuItemProps) {
  if (href) {
    return (
      <a role="menuitem" className="sr-menu__item" href={href} data-testid={testId} tabIndex={-1}>
        {children}
      </a>
    );
  }
  const choice = checked === undefined ? { role: "menuitem" } : { role: "menuitemradio", "aria-checked": checked };
  return (
    <button type="button" {...choice} className="sr-menu__item" onClick={onSelect} data-testid={testId} tabIndex={-1}>
      {children}
    </button>
  );
}
