/** What the pages of views share: attributes, sections, markup, the way back. */
import { type ReactNode, useMemo, useState } from "react";
import { useI18n } from "../i18n";
import { Button, IconButton } from "../ui/Button";
import { Icon, type IconName as IconId } from "../ui/Icon";
import { announce } from "../ui/Live";
import { useView } from "./context";
import { hasMarkup, renderMarkup } from "./markup";
import { address, asText, isObject, isOn, type Json, type JsonObject, labelOf, objects } from "./template";

/** Text of a section: markup where it holds any, else its lines as they are. */
export function Markup({ text }: { text: string }) {
  const html = useMemo(() => (hasMarkup(text) ? renderMarkup(text) : undefined), [text]);
  if (html === undefined) return <p className="view__text view__text--plain">{text}</p>;
  // biome-ignore lint/security/noDangerouslySetInnerHtml: renderMarkup sanitises with an allow list
  return <div className="view__text" dangerouslySetInnerHTML={{ __html: html }} />;
}

/** The sections of a page: one or a list; each a text, markup, or attributes. */
export function Sections({ sections }: { sections: Json | undefined }) {
  const list = Array.isArray(sections) ? sections : sections === undefined ? [] : [sections];
  return list.map((section, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the sections never move
    <Section key={index} section={section} />
  ));
}

export function Section({ section }: { section: Json }) {
  if (!isObject(section)) return <Markup text={asText(section)} />;
  if (typeof section.TemplateString === "string") return <Markup text={section.TemplateString} />;
  const attributes = objects(section.Items);
  if (attributes.length > 0) {
    return (
      <>
        {labelOf(section.Heading) && <h4>{labelOf(section.Heading)}</h4>}
        <AttributeList attributes={attributes} />
      </>
    );
  }
  return section.Label === undefined ? null : <AttributeList attributes={[section]} />;
}

/** Labels and values one under the other. */
export function AttributeList({ attributes }: { attributes: JsonObject[] }) {
  return (
    <dl className="sr-facts view__facts">
      {attributes.map((attribute, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the attributes never move, and labels may repeat
        <Attribute key={index} attribute={attribute} />
      ))}
    </dl>
  );
}

/** The bar of attributes on top of a page. */
export function AttributeBar({ attributes }: { attributes: JsonObject[] }) {
  if (attributes.length === 0) return null;
  return (
    <dl className="view__bar">
      {attributes.map((attribute, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the attributes never move, and labels may repeat
        <div key={index}>
          <Attribute attribute={attribute} />
        </div>
      ))}
    </dl>
  );
}

function Attribute({ attribute }: { attribute: JsonObject }) {
  const { t } = useI18n();
  const value = asText(attribute.Value);
  const url = attribute.LinkType === "external" ? address(attribute.Url) : undefined;
  const copy = asText(attribute.ResourceId) || value;
  const [copied, setCopied] = useState(false);
  async function toClipboard() {
    try {
      await navigator.clipboard.writeText(copy);
      setCopied(true);
      announce(t("view.copied"));
    } catch {
      setCopied(false); // The browser refuses: the value can still be marked by hand.
    }
  }
  return (
    <>
      <dt>{asText(attribute.Label)}</dt>
      <dd>
        {url ? (
          <a href={url} target="_blank" rel="noopener noreferrer">
            {value || url}
          </a>
        ) : (
          value
        )}
        {isOn(attribute.Copyable) && (
          <IconButton
            icon={copied ? "check" : "copy"}
            label={t("view.copy", { label: asText(attribute.Label) })}
            onClick={toClipboard}
          />
        )}
      </dd>
    </>
  );
}

interface FrameProps {
  props: JsonObject;
  /** Under the heading: the name of the property. */
  lead?: string;
  /** What goes with the answer of the way back. */
  backData?: () => JsonObject;
  children: ReactNode;
}

/** What every page has: the bar, the way back, heading and lead. */
export function Frame({ props, lead = "SubHeading", backData, children }: FrameProps) {
  const { answer } = useView();
  const back = labelOf(props.Back);
  return (
    <div className="view__page">
      <AttributeBar attributes={objects(props.AttributeBar)} />
      {back && (
        <Button
          kind="quiet"
          icon="left"
          className="view__back"
          disabled={!answer}
          onClick={() => answer?.("Back", { Label: back, ...backData?.() })}
        >
          {back}
        </Button>
      )}
      {labelOf(props.Heading) && <h2 className="view__title">{labelOf(props.Heading)}</h2>}
      {labelOf(props[lead]) && <p className="view__lead">{labelOf(props[lead])}</p>}
      {children}
    </div>
  );
}

const icons: Record<string, IconId> = {
  plus: "plus",
  person: "user",
  mailbox: "email",
  list: "list",
  tutorial: "info",
  phone: "voice",
  chat: "chat",
  check: "check",
};

/** The icon that a name stands for; of names that we have no picture for, nothing is shown. */
export function IconName({ name }: { name: string }) {
  const icon = icons[name.toLowerCase()];
  return icon ? (
    <span className="sr-avatar view__icon">
      <Icon name={icon} />
    </span>
  ) : null;
}
