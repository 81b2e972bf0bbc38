/** Plays one sound at a time on a page. */
import { useCallback, useEffect, useRef, useState } from "react";

export interface Player {
  /** What is playing or about to. */
  current?: string;
  /** Plays a sound under a name, in place of what plays; the same name again stops it. */
  toggle(name: string, source: () => Promise<string | Blob>): Promise<void>;
  stop(): void;
}

export function usePlayer(): Player {
  const [current, setCurrent] = useState<string>();
  const playing = useRef<{ name: string; audio?: HTMLAudioElement; url?: string }>(undefined);

  const stop = useCallback(() => {
    const { audio, url } = playing.current ?? {};
    audio?.pause();
    if (url) URL.revokeObjectURL(url);
    playing.current = undefined;
    setCurrent(undefined);
  }, []);
  useEffect(() => stop, [stop]);

  const toggle = useCallback(
    async (name: string, source: () => Promise<string | Blob>) => {
      const again = playing.current?.name === name;
      stop();
      if (again) return;
      const mine: NonNullable<typeof playing.current> = { name };
      playing.current = mine;
      setCurrent(name);
      try {
        const found = await source();
        if (playing.current !== mine) return;
        if (found instanceof Blob) mine.url = URL.createObjectURL(found);
        const audio = new Audio(mine.url ?? (found as string));
        mine.audio = audio;
        audio.onended = () => {
          if (playing.current === mine) stop();
        };
        await audio.play();
      } catch (error) {
        // Stopping while it loads is no failure.
        if (playing.current !== mine) return;
        stop();
        throw error;
      }
    },
    [stop],
  );
  return { current, toggle, stop };
}
