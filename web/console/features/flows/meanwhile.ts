/** Whether somebody else has changed a flow or module since it was read, in what would be overwritten here. */
import type { Content } from "./kinds";

/** What an author can overwrite. */
export interface Written extends Content {
  name: string;
  description: string;
}

export function writtenOf({ text, settings, name, description }: Written): Written {
  return { text, settings, name, description };
}

/**
 * Compares what was read or last written here with what is there now. What is written in any case is the content; name
 * and description only where they were changed here. Whoever wrote the very same is in nobody's way.
 */
export function changedMeanwhile(seen: Written, now: Written, mine: Written): boolean {
  const content = !sameContent(seen, now) && !sameContent(mine, now);
  const renames = !sameName(seen, mine);
  return content || (renames && !sameName(seen, now) && !sameName(mine, now));
}

const sameContent = (one: Content, other: Content) => one.text === other.text && one.settings === other.settings;

const sameName = (one: Written, other: Written) => one.name === other.name && one.description === other.description;
