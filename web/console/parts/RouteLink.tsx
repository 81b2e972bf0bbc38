/** Links and buttons that move inside the console without loading the page again. */
import Button, { type ButtonProps } from "@cloudscape-design/components/button";
import Link from "@cloudscape-design/components/link";
import { useRouter } from "@tanstack/react-router";
import type { ReactNode } from "react";

/** Follows a link inside the console; other links, and those opened in a new tab, stay with the browser. */
export function useGo(): (href: string) => void {
  const router = useRouter();
  return (href) => router.history.push(href);
}

interface FollowEvent {
  preventDefault(): void;
  detail: { href?: string; external?: boolean };
}

/** Handler for the `onFollow` of Cloudscape components. */
export function useFollow(): (event: FollowEvent) => void {
  const go = useGo();
  return (event) => {
    const { href, external } = event.detail;
    if (!href?.startsWith("/console") || external) return;
    event.preventDefault();
    go(href);
  };
}

interface RouteLinkProps {
  href: string;
  children: ReactNode;
  /** Shown as large as a figure. */
  large?: boolean;
  /** What a screen reader says instead of the text. */
  label?: string;
  testId?: string;
}

export function RouteLink({ href, children, large, label, testId }: RouteLinkProps) {
  const follow = useFollow();
  return (
    <Link
      href={href}
      onFollow={follow}
      variant={large ? "awsui-value-large" : undefined}
      ariaLabel={label}
      data-testid={testId}
    >
      {children}
    </Link>
  );
}

interface RouteButtonProps {
  href: string;
  variant?: ButtonProps.Variant;
  testId?: string;
  children: ReactNode;
}

export function RouteButton({ href, variant, testId, children }: RouteButtonProps) {
  const follow = useFollow();
  return (
    <Button href={href} variant={variant} onFollow={follow} data-testid={testId}>
      {children}
    </Button>
  );
}
