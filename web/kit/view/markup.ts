/** The markup that sections of views may hold: a safe part of HTML, with styles that stay inside their box (07 §2.1). */
import DOMPurify from "dompurify";

const allowed = {
  ALLOWED_TAGS: [
    ...[
      "p",
      "br",
      "hr",
      "div",
      "span",
      "h1",
      "h2",
      "h3",
      "h4",
      "h5",
      "h6",
      "strong",
      "b",
      "em",
      "i",
      "u",
      "s",
      "small",
    ],
    ...["sub", "sup", "mark", "code", "pre", "blockquote", "ul", "ol", "li", "dl", "dt", "dd", "a"],
    ...["table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td"],
  ],
  ALLOWED_ATTR: ["href", "start", "colspan", "rowspan", "scope", "title", "style"],
  ALLOWED_URI_REGEXP: /^(?:https?:|mailto:|tel:)/i,
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
};

/** Properties that change how text looks and move nothing. */
const styles = new Set([
  ...["color", "background-color", "font-weight", "font-style", "font-family", "font-size", "line-height"],
  ...["text-align", "text-decoration", "text-transform", "white-space", "vertical-align", "list-style-type"],
  ...["border", "border-top", "border-right", "border-bottom", "border-left", "border-collapse", "border-radius"],
  ...["padding", "padding-top", "padding-right", "padding-bottom", "padding-left"],
]);
/** Sizes beyond these would cover what stands around. */
const greatest = { px: 64, pt: 48, em: 4, rem: 4, "%": 400 };

/** The declarations of a style that are harmless. */
export function safeStyle(style: string): string {
  const kept: string[] = [];
  for (const declaration of style.split(";")) {
    const [name = "", ...rest] = declaration.split(":");
    const property = name.trim().toLowerCase();
    const value = rest.join(":").trim();
    if (styles.has(property) && isPlain(value)) kept.push(`${property}: ${value}`);
  }
  return kept.join("; ");
}

/** Words, numbers of a modest size and colours by function; no addresses, no expressions, no escapes. */
function isPlain(value: string): boolean {
  if (value === "" || value.length > 200 || !/^[\w\s#%.,'"()-]+$/.test(value)) return false;
  for (const [, name] of value.matchAll(/([\w-]+)\s*\(/g)) {
    if (!/^(?:rgba?|hsla?|oklch|lab)$/i.test(name ?? "")) return false;
  }
  if (/(?:^|[\s(,])-/.test(value)) return false;
  const numbers = value.replace(/\([^)]*\)/g, "").matchAll(/(\d+(?:\.\d+)?)\s*([a-z%]*)/gi);
  for (const [, number, unit = ""] of numbers) {
    if (unit === "") continue;
    const limit = greatest[unit.toLowerCase() as keyof typeof greatest];
    if (limit === undefined || Number(number) > limit) return false;
  }
  return true;
}

const purifier = DOMPurify(window);
purifier.addHook("afterSanitizeAttributes", (node) => {
  const style = node.getAttribute("style");
  if (style !== null) {
    const safe = safeStyle(style);
    if (safe) node.setAttribute("style", safe);
    else node.removeAttribute("style");
  }
  if (node.tagName === "A") {
    node.setAttribute("target", "_blank");
    node.setAttribute("rel", "noopener noreferrer nofollow");
  }
});

/** Whether a text holds markup; what holds none keeps its lines. */
export const hasMarkup = (text: string) => /<[a-z!/]/i.test(text);

/** Safe HTML of a section's text. Tags that are not known are dropped, and what stands in them stays. */
export function renderMarkup(text: string): string {
  return purifier.sanitize(text, allowed);
}
