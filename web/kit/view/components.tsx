/** The components that templates of customers are built of. */
import { useState } from "react";
import { useI18n } from "../i18n";
import { Alert } from "../ui/Alert";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { Columns, useView } from "./context";
import { FieldView, FormScope, isField, useForm, useFormValues } from "./fields";
import { CardsView, ConfirmationView, DetailView, FormView, ListView } from "./pages";
import { AttributeBar, AttributeList, IconName, Markup } from "./parts";
import { address, asText, type Component, isOn, labelOf, layoutOf, objects } from "./template";

export function ComponentView({ component }: { component: Component }) {
  const { t } = useI18n();
  const { type, props, texts, children } = component;
  if (isOn(props.Hidden) || (props.Visible !== undefined && !isOn(props.Visible))) return null;
  if (isField(type)) return <FieldView type={type} props={props} />;
  const text = texts.join("") || labelOf(props.Text ?? props.Label ?? props.Value) || "";
  switch (type) {
    case "DetailView":
      return <DetailView props={props} />;
    case "ListView":
      return <ListView props={props} />;
    case "FormView":
      return <FormView props={props} />;
    case "ConfirmationView":
      return <ConfirmationView props={props} />;
    case "CardsView":
      return <CardsView props={props} />;
    case "Container":
      return (
        <div className="view__container">
          {labelOf(props.Heading) && <h3>{labelOf(props.Heading)}</h3>}
          <Children component={component} />
        </div>
      );
    case "ExpandableSection":
      return (
        <details className="view__expandable" open={isOn(props.Open)}>
          <summary>{labelOf(props.Heading ?? props.Label)}</summary>
          <Children component={component} />
        </details>
      );
    case "Form":
      return <FormComponent component={component} />;
    case "Card":
      return <Card component={component} />;
    case "Button":
      return <ActionButton label={text} action={asText(props.Action)} primary={props.Variant === "primary"} />;
    case "SubmitButton":
      return <SubmitButton label={text} action={asText(props.Action)} />;
    case "Link":
      return <ViewLink label={text} url={address(props.Url)} action={asText(props.Action)} />;
    case "Heading":
      return <h3 className="view__heading">{text}</h3>;
    case "Text":
    case "TextContent":
      return <Markup text={text} />;
    case "Alert":
      return (
        <Alert kind={alertKind(asText(props.Variant))}>
          {labelOf(props.Heading) && <b>{labelOf(props.Heading)} </b>}
          {text}
        </Alert>
      );
    case "Attribute":
      return <AttributeList attributes={[props]} />;
    case "AttributeBar":
      return <AttributeBar attributes={objects(props.Attributes ?? props.Items)} />;
    case "ProgressTracker":
      return <Progress steps={objects(props.Steps ?? props.Items)} />;
    case "Image":
      return <Picture url={address(props.Source ?? props.Url)} text={asText(props.Alt)} />;
    case "Divider":
      return <hr className="view__divider" />;
    default:
      return children.length > 0 ? (
        <Children component={component} />
      ) : (
        <Alert kind="warn">{t("view.unknownComponent", { type })}</Alert>
      );
  }
}

function Children({ component }: { component: Component }) {
  return (
    <Columns widths={layoutOf(component.props)}>
      {component.children.map((child) => (
        <ComponentView key={child.id} component={child} />
      ))}
    </Columns>
  );
}

/** Fields and a button that sends them; a form that names an action has a button of its own. */
function FormComponent({ component }: { component: Component }) {
  const { t } = useI18n();
  const { props } = component;
  const form = useFormValues();
  const own = asText(props.Action);
  const error = labelOf(props.ErrorText);
  return (
    <FormScope form={form}>
      <div className="view__form">
        {labelOf(props.Heading) && <h3>{labelOf(props.Heading)}</h3>}
        {error && <Alert kind="bad">{error}</Alert>}
        <Children component={component} />
        {own && <SubmitButton label={labelOf(props.Label) ?? t("view.submit")} action={own} />}
      </div>
    </FormScope>
  );
}

function SubmitButton({ label, action }: { label: string; action: string }) {
  const { t } = useI18n();
  const { answer } = useView();
  const form = useForm();
  const submit = () => {
    if (form.complete()) answer?.(action || "Submit", form.values());
  };
  return (
    <>
      {form.problem && <Alert kind="bad">{t("view.incomplete")}</Alert>}
      <Button kind="primary" disabled={!answer} onClick={submit}>
        {label || t("view.submit")}
      </Button>
    </>
  );
}

function ActionButton({ label, action, primary }: { label: string; action: string; primary: boolean }) {
  const { t } = useI18n();
  const { answer } = useView();
  return (
    <Button
      kind={primary ? "primary" : "normal"}
      disabled={!answer || action === ""}
      onClick={() => answer?.(action, { action: "Button" })}
    >
      {label || action || t("view.submit")}
    </Button>
  );
}

function ViewLink({ label, url, action }: { label: string; url?: string; action: string }) {
  const { t } = useI18n();
  const { answer } = useView();
  if (url) {
    return (
      <a href={url} target="_blank" rel="noopener noreferrer">
        {label || url}
        <span className="sr-only"> {t("view.opensApart")}</span>
      </a>
    );
  }
  return (
    <Button kind="quiet" disabled={!answer || action === ""} onClick={() => answer?.(action, { action: "Link" })}>
      {label || action}
    </Button>
  );
}

function Card({ component }: { component: Component }) {
  const { answer } = useView();
  const { props } = component;
  const heading = asText(props.Heading);
  const action = asText(props.Action);
  const content = (
    <>
      <IconName name={asText(props.Icon)} />
      <span className="view__card-text">
        <b>{heading}</b>
        {asText(props.Status) && <span className="sr-badge">{asText(props.Status)}</span>}
        {asText(props.Description) && <span>{asText(props.Description)}</span>}
      </span>
    </>
  );
  if (action === "") return <div className="view__card">{content}</div>;
  return (
    <button
      type="button"
      className="view__card view__card--choice"
      disabled={!answer}
      onClick={() => answer?.(action, { Heading: heading, Id: asText(props.Id) })}
    >
      {content}
      <Icon name="right" />
    </button>
  );
}

function Progress({ steps }: { steps: ReturnType<typeof objects> }) {
  return (
    <ol className="view__steps">
      {steps.map((step) => (
        <li key={asText(step.Heading)} aria-current={isOn(step.Selected) ? "step" : undefined}>
          {asText(step.Heading)}
        </li>
      ))}
    </ol>
  );
}

/** A picture from elsewhere: asked for without telling where we are, and left out when it cannot be had. */
function Picture({ url, text }: { url?: string; text: string }) {
  const [missing, setMissing] = useState(false);
  if (!url || missing) return null;
  return (
    <img
      className="view__picture"
      src={url}
      alt={text}
      loading="lazy"
      referrerPolicy="no-referrer"
      onError={() => setMissing(true)}
    />
  );
}

const alertKind = (variant: string) =>
  variant === "error" ? "bad" : variant === "warning" ? "warn" : variant === "success" ? "good" : "info";
