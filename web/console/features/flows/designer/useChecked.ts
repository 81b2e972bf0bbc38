/** The problems of a content as it stands, asked of the server a moment after each change. */
import type { Session } from "@kit/api/session";
import { useEffect, useState } from "react";
import type { EditedType } from "../types";
import { checkFlow, type Problem } from "./language";

/** How long after the last change a flow is checked, in milliseconds. */
const checkAfter = 400;

export function useChecked(session: Session, type: EditedType, text: string, settings: string | undefined) {
  const [problems, setProblems] = useState<Problem[]>([]);
  const [checking, setChecking] = useState(true);
  useEffect(() => {
    const stop = new AbortController();
    setChecking(true);
    const timer = setTimeout(() => {
      checkFlow(session, type, { text, settings }, stop.signal).then(
        (found) => {
          setProblems(found);
          setChecking(false);
        },
        () => setChecking(false), // Publishing checks again and says what is wrong.
      );
    }, checkAfter);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [session, type, text, settings]);
  return { problems, checking };
}
