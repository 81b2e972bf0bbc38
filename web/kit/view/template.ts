/** Views: reading their templates, and filling in the input that a flow gives (07 §2). */

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type JsonObject = { [name: string]: Json };

/** A component of a page, with its input filled in. */
export interface Component {
  id: string;
  type: string;
  props: JsonObject;
  texts: string[];
  children: Component[];
}

/** A page that can be shown. */
export interface Page {
  title?: string;
  /** Widths of the columns, out of 12. */
  columns: number[];
  body: Component[];
}

/** What a view consists of, as the participant service and the public API tell it. */
export interface ViewContent {
  Template?: string;
  InputSchema?: string;
  Actions?: string[];
}

/** Deepest nesting and most components that are read; the server publishes nothing beyond. */
const deepest = 20;
const mostComponents = 1000;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const reference = /\$\.([A-Za-z_][\w-]*(?:\.[\w-]+)*)/g;
const wholeReference = new RegExp(`^${reference.source}$`);

function lookUp(path: string, data: JsonObject): Json | undefined {
  let found: Json | undefined = data;
  for (const step of path.split(".")) {
    if (Array.isArray(found)) found = found[Number(step)];
    else if (isObject(found) && Object.hasOwn(found, step)) found = found[step];
    else return undefined;
  }
  return found;
}

/** A text as it is shown. */
export function asText(value: Json | undefined): string {
  if (value === undefined || value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** Puts the input in the place of references; a property whose input is not given is left out. */
export function fill(value: Json, data: JsonObject, depth = 0): Json | undefined {
  if (depth > deepest) return undefined;
  if (typeof value === "string") {
    const whole = wholeReference.exec(value);
    return whole
      ? lookUp(whole[1] ?? "", data)
      : value.replace(reference, (_, path: string) => asText(lookUp(path, data)));
  }
  if (Array.isArray(value)) {
    return value.flatMap((item) => {
      const filled = fill(item, data, depth + 1);
      return filled === undefined ? [] : [filled];
    });
  }
  if (!isObject(value)) return value;
  const filled = Object.entries(value).flatMap(([name, inner]) => {
    const result = fill(inner, data, depth + 1);
    return result === undefined ? [] : [[name, result] as const];
  });
  return Object.fromEntries(filled);
}

/** Column widths as a template writes them; one full column unless they make sense. */
export function columnsOf(layout: Json | undefined): number[] {
  const listed = isObject(layout) && Array.isArray(layout.Columns) ? layout.Columns.map(Number) : [];
  const fit = listed.length > 0 && listed.every((width) => Number.isInteger(width) && width >= 1 && width <= 12);
  return fit ? listed : [12];
}

/** The columns of a component that groups others. */
export function layoutOf(props: JsonObject): number[] {
  return columnsOf(props.Layout ?? (isObject(props.Configuration) ? props.Configuration.Layout : undefined));
}

/** The page of a view; an error says why there is none. */
export function readPage(content: ViewContent, data: JsonObject): Page {
  const template: unknown = JSON.parse(content.Template ?? "");
  if (!isObject(template)) throw new Error("the template is not an object");
  const head = fill(template.Head ?? {}, data);
  const title = isObject(head) ? asText(head.Title) : "";
  const configuration = isObject(head) && isObject(head.Configuration) ? head.Configuration : {};
  const left = { components: mostComponents };
  return {
    title: title || undefined,
    columns: columnsOf(configuration.Layout),
    body: readComponents(template.Body, data, left, 0),
  };
}

function readComponents(
  list: Json | undefined,
  data: JsonObject,
  left: { components: number },
  depth: number,
): Component[] {
  if (!Array.isArray(list) || depth > deepest) return [];
  return list.filter(isObject).flatMap((one) => {
    left.components -= 1;
    if (left.components < 0) return [];
    const props = fill(one.Props ?? {}, data);
    const content = Array.isArray(one.Content) ? one.Content : [];
    return [
      {
        id: asText(one._id),
        type: asText(one.Type),
        props: isObject(props) ? props : {},
        texts: content.filter((item) => typeof item === "string").map((text) => asText(fill(text, data))),
        children: readComponents(content, data, left, depth + 1),
      },
    ];
  });
}

/** The members of an input that are JSON written as text, read (10 §7 O22). */
export function readData(data: unknown): JsonObject {
  const parsed = typeof data === "string" ? parse(data) : data;
  if (!isObject(parsed)) return {};
  return Object.fromEntries(
    Object.entries(parsed).map(([name, value]) => {
      const inner = typeof value === "string" && /^\s*[[{]/.test(value) ? parse(value) : undefined;
      return [name, inner === undefined ? value : (inner as Json)];
    }),
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // A text that only begins like JSON stays as it is.
  }
}

/** True for the ways in which flows write yes. */
export const isOn = (value: Json | undefined) => value === true || (typeof value === "string" && /^true$/i.test(value));

/** The label of a button: a text, or an object with a Label. */
export function labelOf(value: Json | undefined): string | undefined {
  const label = isObject(value) ? (value.Label ?? value.Heading) : value;
  return asText(label) || undefined;
}

/** The members of a list that are objects. */
export const objects = (value: Json | undefined): JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : []);

/** Only web, mail and telephone addresses; anything else is dropped. */
export function address(value: Json | undefined): string | undefined {
  if (typeof value !== "string") return undefined;
  try {
    const url = new URL(value);
    return ["https:", "http:", "mailto:", "tel:"].includes(url.protocol) ? url.href : undefined;
  } catch {
    return undefined;
  }
}
