/** The steps of a play in order, and what references found after the one that is shown. */
import Button from "@cloudscape-design/components/button";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import { useI18n } from "@kit/i18n";
import { type KeyboardEvent, useEffect, useRef } from "react";
import { outletText } from "./Block";
import { actionOf, type FlowDocument } from "./document";
import { type Language, typeOf } from "./language";
import { outletsOf } from "./outlets";
import { nameOfAction } from "./Properties";
import { outletOf, type TryAnswer, type TryStep, valuesAfter } from "./try";

interface Props {
  answer: TryAnswer;
  at: number;
  onShow: (at: number) => void;
  document: FlowDocument;
  language: Language;
}

export function TrySteps({ answer, at, onShow, document, language }: Props) {
  const { t } = useI18n();
  const list = useRef<HTMLOListElement>(null);
  const steps = answer.Steps;
  const shown = steps[at];
  useEffect(() => {
    const entry = list.current?.children[at] as HTMLElement | undefined;
    if (!entry || !list.current) return;
    // Only the list scrolls, not the panel around it.
    const top = entry.offsetTop - list.current.offsetTop;
    if (top < list.current.scrollTop) list.current.scrollTop = top;
    const below = top + entry.offsetHeight - list.current.clientHeight;
    if (below > list.current.scrollTop) list.current.scrollTop = below;
  }, [at]);
  const onKey = (event: KeyboardEvent) => {
    const to = {
      ArrowLeft: at - 1,
      ArrowUp: at - 1,
      ArrowRight: at + 1,
      ArrowDown: at + 1,
      Home: 0,
      End: steps.length - 1,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    onShow(to);
  };
  return (
    <section className="try__steps" aria-label={t("designer.try.steps")}>
      <div className="try__walk">
        <Button
          iconName="angle-left"
          variant="icon"
          disabled={at <= 0}
          ariaLabel={t("designer.try.previous")}
          onClick={() => onShow(at - 1)}
          data-testid="try-previous"
        />
        <span data-testid="try-at">{t("designer.try.at", { at: at + 1, count: steps.length })}</span>
        <Button
          iconName="angle-right"
          variant="icon"
          disabled={at >= steps.length - 1}
          ariaLabel={t("designer.try.next")}
          onClick={() => onShow(at + 1)}
          data-testid="try-next"
        />
      </div>
      <ol className="try__list" ref={list} onKeyDown={onKey} data-testid="try-steps">
        {steps.map((step, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a step is its place.
          <li key={index}>
            <button
              type="button"
              className="try__step"
              aria-current={index === at ? "step" : undefined}
              data-failed={step.Error !== null || undefined}
              tabIndex={index === at ? 0 : -1}
              ref={(button) => {
                // The keys that move the step take the focus along.
                if (index === at && list.current?.contains(window.document.activeElement)) button?.focus();
              }}
              onClick={() => onShow(index)}
            >
              <span className="try__name">{nameOf(step, document, language)}</span>
              <span className="try__way">{wayOf(step, document, language, t)}</span>
            </button>
          </li>
        ))}
      </ol>
      {shown && <StepDetails step={shown} />}
      <Values answer={answer} at={at} />
    </section>
  );
}

function nameOf(step: TryStep, document: FlowDocument, language: Language): string {
  if (!step.Draft) return `${step.ContactFlowName}: ${step.Identifier}`;
  const action = actionOf(document, step.Identifier);
  return action ? nameOfAction(document, action, language) : step.Identifier;
}

/** The words beside the connector by which a step was left. */
function wayOf(step: TryStep, document: FlowDocument, language: Language, t: ReturnType<typeof useI18n>["t"]): string {
  const action = step.Draft ? actionOf(document, step.Identifier) : undefined;
  const id = outletOf(document, step);
  const outlet = action && outletsOf(action, typeOf(language, action.Type)).find((one) => one.id === id);
  return outlet ? `→ ${outletText(outlet, t)}` : "";
}

function StepDetails({ step }: { step: TryStep }) {
  const { t } = useI18n();
  const log = [
    [t("designer.parameters"), step.Parameters],
    [t("designer.try.results"), step.Results],
  ] as const;
  return (
    <>
      {step.Error && (
        <p className="try__error" data-testid="try-error">
          {step.Error}
        </p>
      )}
      <ExpandableSection headerText={t("designer.try.log")}>
        {log.map(
          ([label, value]) =>
            value !== null && (
              <div key={label}>
                <span className="hint">{label}</span>
                <pre className="try__json">{JSON.stringify(value, null, 2)}</pre>
              </div>
            ),
        )}
      </ExpandableSection>
    </>
  );
}

function Values({ answer, at }: { answer: TryAnswer; at: number }) {
  const { t } = useI18n();
  return (
    <div className="try__values" data-testid="try-values">
      <h3>{t("designer.try.values")}</h3>
      {valuesAfter(answer, at).map(({ root, values }) => (
        <table key={root}>
          <caption>{root || t("designer.try.contact")}</caption>
          <tbody>
            {values.map((value) => (
              <tr key={value.path} data-changed={value.changed || undefined}>
                <th scope="row">{root === "" ? value.path : value.path.slice(root.length + 1)}</th>
                <td>
                  {value.text}
                  {value.changed && <span className="sr-only"> {t("designer.try.changed")}</span>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      ))}
    </div>
  );
}
