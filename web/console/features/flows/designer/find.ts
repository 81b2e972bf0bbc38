/** Finding blocks and notes by what stands in them. */
import { type FlowDocument, notesOf } from "./document";
import { type Language, typeOf } from "./language";

export const none: ReadonlySet<string> = new Set();

/** Blocks and notes in which a text stands, in the order of the document. */
export function findIn(document: FlowDocument, language: Language, query: string): ReadonlySet<string> {
  const wanted = query.trim().toLowerCase();
  if (wanted === "") return none;
  const found = new Set<string>();
  for (const one of document.Actions) {
    const text = `${one.Identifier} ${one.Type} ${typeOf(language, one.Type)?.block ?? ""} ${JSON.stringify(one.Parameters ?? {})}`;
    if (text.toLowerCase().includes(wanted)) found.add(one.Identifier);
  }
  for (const one of notesOf(document)) if (one.content.toLowerCase().includes(wanted)) found.add(one.id);
  return found;
}
