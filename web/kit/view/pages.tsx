/** The five pages that every instance has: detail, list, form, confirmation, cards (07 §2.2). */
import { useState } from "react";
import { useI18n } from "../i18n";
import { Alert } from "../ui/Alert";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { Columns, useView } from "./context";
import { FieldView, FormScope, isField, useFormValues } from "./fields";
import { AttributeList, Frame, IconName, Sections } from "./parts";
import { asText, isObject, isOn, type Json, type JsonObject, labelOf, objects } from "./template";

interface PageProps {
  props: JsonObject;
}

/** Buttons that answer with their own label. */
function ActionButtons({ actions }: { actions: Json | undefined }) {
  const { answer } = useView();
  const labels = (Array.isArray(actions) ? actions : []).flatMap((action) => labelOf(action) ?? []);
  if (labels.length === 0) return null;
  return (
    <div className="view__actions">
      {labels.map((label) => (
        <Button key={label} disabled={!answer} onClick={() => answer?.("ActionSelected", { actionName: label })}>
          {label}
        </Button>
      ))}
    </div>
  );
}

export function DetailView({ props }: PageProps) {
  return (
    <Frame props={props} lead="Description">
      <Sections sections={props.Sections} />
      <ActionButtons actions={props.Actions} />
    </Frame>
  );
}

export function ListView({ props }: PageProps) {
  const { answer } = useView();
  const { t } = useI18n();
  const items = objects(props.Items);
  return (
    <Frame props={props}>
      {items.length === 0 && <p className="muted">{t("view.emptyList")}</p>}
      <ul className="view__list">
        {items.map((item, index) => {
          const id = asText(item.Id);
          const text = (
            <>
              <IconName name={asText(item.Icon)} />
              <span className="view__card-text">
                <b>{asText(item.Heading)}</b>
                {asText(item.Description) && <span>{asText(item.Description)}</span>}
              </span>
            </>
          );
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: the items never move, and may be alike
            <li key={index}>
              {id === "" ? (
                <div className="view__card">{text}</div>
              ) : (
                <button
                  type="button"
                  className="view__card view__card--choice"
                  disabled={!answer}
                  onClick={() => answer?.("ActionSelected", { actionName: id })}
                >
                  {text}
                  <Icon name="right" />
                </button>
              )}
            </li>
          );
        })}
      </ul>
    </Frame>
  );
}

export function ConfirmationView({ props }: PageProps) {
  const { answer } = useView();
  const next = labelOf(props.Next);
  const picture = !isObject(props.Graphic) || props.Graphic.Include === undefined || isOn(props.Graphic.Include);
  return (
    <Frame props={{ ...props, Heading: "", SubHeading: "" }}>
      <div className="view__confirmation">
        {picture && (
          <span className="view__graphic">
            <Icon name="check" />
          </span>
        )}
        {labelOf(props.Heading) && <h2 className="view__title">{labelOf(props.Heading)}</h2>}
        {labelOf(props.SubHeading) && <p className="view__lead">{labelOf(props.SubHeading)}</p>}
        {next && (
          <Button kind="primary" disabled={!answer} onClick={() => answer?.("Next", { Label: next })}>
            {next}
          </Button>
        )}
      </div>
    </Frame>
  );
}

export function CardsView({ props }: PageProps) {
  const { t } = useI18n();
  const { answer } = useView();
  const [open, setOpen] = useState<number>();
  const cards = objects(props.Cards ?? props.Sections);
  const detail = open === undefined ? undefined : cards[open]?.Detail;
  const noMatch = labelOf(props.NoMatchFound);
  if (isObject(detail)) {
    return (
      <div className="view__page">
        <Button kind="quiet" icon="left" className="view__back" onClick={() => setOpen(undefined)}>
          {t("view.allCards")}
        </Button>
        {labelOf(detail.Heading) && <h2 className="view__title">{labelOf(detail.Heading)}</h2>}
        {labelOf(detail.Description) && <p className="view__lead">{labelOf(detail.Description)}</p>}
        <Sections sections={detail.Sections} />
        <ActionButtons actions={detail.Actions} />
      </div>
    );
  }
  function choose(card: JsonObject, index: number) {
    if (isObject(card.Detail)) return setOpen(index);
    const summary = isObject(card.Summary) ? card.Summary : {};
    answer?.("ActionSelected", { actionName: asText(summary.Id) || asText(summary.Heading) });
  }
  return (
    <Frame props={props}>
      <ul className="view__cards">
        {cards.map((card, index) => {
          const summary = isObject(card.Summary) ? card.Summary : {};
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: the cards never move, and may be alike
            <li key={index}>
              <button
                type="button"
                className="view__card view__card--choice"
                disabled={!answer && !isObject(card.Detail)}
                onClick={() => choose(card, index)}
              >
                <IconName name={asText(summary.Icon)} />
                <span className="view__card-text">
                  <b>{asText(summary.Heading)}</b>
                  {asText(summary.Status) && <span className="sr-badge">{asText(summary.Status)}</span>}
                  {asText(summary.Description) && <span>{asText(summary.Description)}</span>}
                </span>
                <Icon name="right" />
              </button>
            </li>
          );
        })}
      </ul>
      {noMatch && (
        <Button disabled={!answer} onClick={() => answer?.("NoMatchFound", { Label: noMatch })}>
          {noMatch}
        </Button>
      )}
    </Frame>
  );
}

export function FormView({ props }: PageProps) {
  const { t } = useI18n();
  const { answer } = useView();
  const form = useFormValues();
  const steps = objects(props.Wizard);
  const current = Math.max(
    steps.findIndex((step) => isOn(step.Selected)),
    0,
  );
  const stepName = asText(steps[current]?.Heading);
  const data = (more: JsonObject = {}): JsonObject => ({ FormData: form.values(), StepName: stepName, ...more });
  const errorText = isObject(props.ErrorText)
    ? [asText(props.ErrorText.Header), asText(props.ErrorText.Content)].filter(Boolean).join(" ")
    : labelOf(props.ErrorText);
  const next = labelOf(props.Next);

  /** An action with what the flow wants back with it. */
  const act = (action: string, value: Json | undefined, more: JsonObject = {}) => {
    const details: JsonObject = isObject(value) && isObject(value.Details) ? { Details: value.Details } : {};
    answer?.(action, data({ ...details, ...more }));
  };
  const submit = () => {
    if (form.complete()) act(next ? "Next" : "Submit", props.Next);
  };
  const side = (action: "Previous" | "Cancel") => {
    const label = labelOf(props[action]);
    const shown = label && (action === "Cancel" || steps.length === 0 || current > 0);
    return shown ? (
      <Button disabled={!answer} onClick={() => act(action, props[action])}>
        {label}
      </Button>
    ) : null;
  };
  return (
    <Frame props={props} backData={data}>
      <FormScope form={form}>
        <div className={steps.length > 0 ? "view__wizard" : undefined}>
          {steps.length > 0 && (
            <nav aria-label={t("view.steps")}>
              <ol className="view__steps">
                {steps.map((step, index) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: the steps never move
                  <li key={index} aria-current={index === current ? "step" : undefined}>
                    {index === current ? (
                      <b>{asText(step.Heading)}</b>
                    ) : (
                      <button
                        type="button"
                        disabled={!answer}
                        onClick={() => answer?.("Step", data({ StepName: asText(step.Heading) }))}
                      >
                        {asText(step.Heading)}
                      </button>
                    )}
                    {isOn(step.Optional) && <small>{t("view.optional")}</small>}
                    {asText(step.Description) && <small>{asText(step.Description)}</small>}
                  </li>
                ))}
              </ol>
            </nav>
          )}
          <form
            className="view__form"
            noValidate
            onSubmit={(event) => {
              event.preventDefault();
              submit();
            }}
          >
            {errorText && <Alert kind="bad">{errorText}</Alert>}
            {objects(props.Sections).map((section, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the sections never move
              <FormSection key={index} section={section} edit={props.Edit} onEdit={() => act("Edit", props.Edit)} />
            ))}
            {form.problem && <Alert kind="bad">{t("view.incomplete")}</Alert>}
            <div className="view__actions">
              {side("Cancel")}
              {side("Previous")}
              <Button kind="primary" type="submit" disabled={!answer} data-testid="view-next">
                {next ?? t("view.submit")}
              </Button>
            </div>
          </form>
        </div>
      </FormScope>
    </Frame>
  );
}

interface FormSectionProps {
  section: JsonObject;
  edit: Json | undefined;
  onEdit: () => void;
}

function FormSection({ section, edit, onEdit }: FormSectionProps) {
  const { answer } = useView();
  const items = objects(section.Items);
  const heading = labelOf(section.Heading);
  const editable = isOn(section.IsEditable ?? section.Editable);
  if (section.Type === "DataSection") {
    return (
      <section className="view__section">
        <div className="view__section-head">
          {heading && <h3>{heading}</h3>}
          {editable && labelOf(edit) && (
            <Button small kind="quiet" disabled={!answer} onClick={onEdit}>
              {labelOf(edit)}
            </Button>
          )}
        </div>
        <AttributeList attributes={items} />
      </section>
    );
  }
  return (
    <section className="view__section">
      {heading && <h3>{heading}</h3>}
      {items.map((item, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the items never move
        <FormItem key={index} item={item} />
      ))}
    </section>
  );
}

/** A field, or a row of fields with a width for each. */
function FormItem({ item }: { item: JsonObject }) {
  const row = objects(item.Items);
  if (row.length === 0) {
    const type = asText(item.Type);
    return isField(type) ? <FieldView type={type} props={item} /> : <Sections sections={item} />;
  }
  const layout = isObject(item.LayoutConfiguration) ? item.LayoutConfiguration : {};
  const grid = objects(layout.Grid);
  const widths = row.map((_, index) => {
    const span = grid[index]?.colspan;
    const width = Number(isObject(span) ? (span.xs ?? span.default) : span);
    return width >= 1 && width <= 12 ? width : 12;
  });
  return (
    <Columns widths={widths}>
      {row.map((one, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the fields of a row never move
        <FormItem key={index} item={one} />
      ))}
    </Columns>
  );
}
