/** The choice of the flow that calls to a number meet: published inbound flows. */
import { useI18n } from "@kit/i18n";
import { useInboundFlows } from "../../data";
import { asChoices, SelectField } from "../../parts/fields";

interface FlowFieldProps {
  value: string;
  onChange: (id: string) => void;
  disabled?: boolean;
  testId: string;
}

export function FlowField({ value, onChange, disabled, testId }: FlowFieldProps) {
  const { t } = useI18n();
  const flows = useInboundFlows();
  const usable = flows.data?.filter(
    (one) => one.Id === value || (one.ContactFlowState === "ACTIVE" && one.ContactFlowStatus === "PUBLISHED"),
  );
  return (
    <SelectField
      label={t("field.flow")}
      hint={t("phoneNumbers.flowHint")}
      value={value}
      disabled={disabled}
      loading={flows.isPending}
      none={t("phoneNumbers.noFlow")}
      choices={asChoices(usable)}
      onChange={onChange}
      testId={testId}
    />
  );
}
