/** Input for the preview of a view: what the managed views ask for, and something of the right kind for all else. */
import type { I18n } from "@kit/i18n";
import type { Json, JsonObject } from "@kit/view/template";

interface Schema {
  properties?: Record<string, { type?: string | string[] }>;
  required?: string[];
}

function managed(t: I18n["t"]): Record<string, JsonObject> {
  const title = t("pages.sample.title");
  const text = t("pages.sample.text");
  const item = (number: number) => t("pages.sample.item", { number });
  const attribute = { Label: t("pages.sample.label"), Value: t("pages.sample.value"), Copyable: true };
  const action = t("pages.sample.action");
  return {
    DetailView: {
      Heading: title,
      Description: text,
      AttributeBar: [attribute],
      Sections: [{ TemplateString: `<p>${text}</p><ul><li>${item(1)}</li><li>${item(2)}</li></ul>` }],
      Actions: [action],
      Back: { Label: t("action.back") },
    },
    ListView: {
      Heading: title,
      SubHeading: text,
      Items: [
        { Heading: item(1), Description: text, Id: "item-1", Icon: "plus" },
        { Heading: item(2), Description: text },
      ],
    },
    FormView: {
      Heading: title,
      SubHeading: text,
      Wizard: [{ Heading: item(1), Selected: true }, { Heading: item(2) }],
      Sections: [
        {
          Type: "FormSection",
          Heading: text,
          Items: [
            { Type: "FormInput", Label: t("pages.sample.label"), Name: "label", Required: true },
            { Type: "Dropdown", Label: title, Name: "choice", Options: [item(1), item(2)] },
          ],
        },
      ],
      Next: { Label: action },
    },
    ConfirmationView: { Heading: title, SubHeading: text, Next: { Label: action } },
    CardsView: {
      Heading: title,
      Cards: [1, 2].map((number) => ({
        Summary: { Id: `card-${number}`, Heading: item(number), Description: text, Icon: "plus" },
        Detail: { Heading: item(number), Sections: [{ TemplateString: text }], Actions: [action] },
      })),
      NoMatchFound: { Label: t("pages.sample.other") },
    },
  };
}

/** A first sample for a view: its template and schema as JSON texts. */
export function sampleFor(template: string, schema: string, t: I18n["t"]): JsonObject {
  const samples = managed(t);
  const sample: JsonObject = {};
  const names = Object.entries(read<Schema>(schema)?.properties ?? {});
  const page = Object.keys(samples).find((name) => template.includes(`"${name}"`));
  for (const [name, { type }] of names) {
    const given = page && samples[page]?.[name];
    if (given !== undefined && given !== "") sample[name] = given as Json;
    else if (!page) sample[name] = ofType(name, type);
  }
  return sample;
}

function ofType(name: string, type: string | string[] | undefined): Json {
  const first = Array.isArray(type) ? type[0] : type;
  if (first === "boolean") return false;
  if (first === "number") return 1;
  if (first === "array") return [];
  return name;
}

export function read<T>(text: string): T | undefined {
  try {
    return JSON.parse(text) as T;
  } catch {
    return undefined; // The check says what is wrong with it.
  }
}

/** What a new view begins with. */
export const emptyTemplate = (title: string, text: string, button: string) =>
  JSON.stringify(
    {
      Head: { Title: title, Configuration: { Layout: { Columns: ["12"] } } },
      Body: [
        { _id: "heading", Type: "Heading", Props: {}, Content: ["$.Heading"] },
        { _id: "text", Type: "TextContent", Props: {}, Content: [text] },
        { _id: "next", Type: "Button", Props: { Action: "Next", Variant: "primary" }, Content: [button] },
      ],
    },
    null,
    2,
  );
