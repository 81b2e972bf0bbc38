/** Durations that count on screen: one ticking clock for the whole page. */
import { useSyncExternalStore } from "react";

let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  now = Date.now();
  timer ??= setInterval(() => {
    now = Date.now();
    for (const one of listeners) one();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** The present in epoch milliseconds, re-rendering every second. */
export function useNow(): number {
  return useSyncExternalStore(
    subscribe,
    () => now,
    () => 0,
  );
}

/** Hours, minutes and seconds of a number of milliseconds, such as `1:02:03` or `02:03`. */
export function formatDuration(milliseconds: number): string {
  const total = Math.max(0, Math.floor(milliseconds / 1000));
  const pad = (value: number) => String(value).padStart(2, "0");
  const hours = Math.floor(total / 3600);
  const tail = `${pad(Math.floor(total / 60) % 60)}:${pad(total % 60)}`;
  return hours > 0 ? `${hours}:${tail}` : tail;
}

/** Time since a moment, counting. */
export function Since({ at, label }: { at: number; label?: string }) {
  const text = formatDuration(useNow() - at);
  return (
    <span className="sr-since" title={label} role="timer" aria-label={label ? `${label}: ${text}` : undefined}>
      {text}
    </span>
  );
}

/** Whole seconds left until a moment, never below zero. */
export function useSecondsLeft(until: number): number {
  return Math.max(0, Math.ceil((until - useNow()) / 1000));
}
