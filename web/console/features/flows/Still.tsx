/** A content on the canvas, or as text where it cannot be drawn; nothing can be changed. */
import { useEffect, useState } from "react";
import type { ChangeKind } from "./changes";
import { Designer, type Revealed } from "./designer/Designer";
import { isUnreadable, needsLayout, readDocument } from "./designer/document";
import { move } from "./designer/edits";
import { begin, type History } from "./designer/history";
import type { Language } from "./designer/language";
import { layOut } from "./designer/layout";
import { JsonView } from "./JsonView";
import { type EditedType, jsonProblem, pretty } from "./types";

interface Props {
  content: string;
  type: EditedType;
  language: Language;
  /** How blocks differ from those of another content. */
  marks: ReadonlyMap<string, ChangeKind>;
  /** The block that is brought into sight. */
  revealed?: Revealed;
}

export function Still({ content, type, language, marks, revealed }: Props) {
  const [history, setHistory] = useState<History | undefined>(() => {
    const read = readDocument(content);
    return isUnreadable(read) ? undefined : begin(read);
  });
  useEffect(() => {
    const read = readDocument(content);
    if (isUnreadable(read) || !needsLayout(read)) return;
    let gone = false;
    layOut(read, language).then((places) => {
      if (!gone) setHistory(begin(move(read, places)));
    }, console.error);
    return () => {
      gone = true;
    };
  }, [content, language]);
  if (!history) {
    return (
      <JsonView
        text={pretty(content)}
        editable={false}
        problem={jsonProblem(content)}
        problems={[]}
        onChange={() => {}}
      />
    );
  }
  return (
    <Designer
      history={history}
      language={language}
      flowType={type}
      problems={[]}
      checking={false}
      editable={false}
      marks={marks}
      revealed={revealed}
      onChange={() => {}}
      onUndo={() => {}}
      onRedo={() => {}}
      onLayOut={() => {}}
    />
  );
}
