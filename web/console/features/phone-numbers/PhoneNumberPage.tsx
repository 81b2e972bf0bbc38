/** One phone number: what it is for, the flow of its calls, and giving it back. */
import {
  AssociatePhoneNumberContactFlowCommand,
  type ClaimedPhoneNumberSummary,
  DescribePhoneNumberCommand,
  DisassociatePhoneNumberContactFlowCommand,
  UpdatePhoneNumberMetadataCommand,
} from "@aws-sdk/client-connect";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useI18n } from "@kit/i18n";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useConsole } from "../../context";
import { useChanged } from "../../data";
import { FormPage, Loaded } from "../../parts/FormPage";
import { TextAreaField } from "../../parts/fields";
import { FlowField } from "./FlowField";
import { useFlowsOfNumbers } from "./PhoneNumbersPage";
import { ReleaseDialog } from "./ReleaseDialog";
import { countryText, numberText, typeText } from "./words";

export function PhoneNumberPage() {
  const { id = "" } = useParams({ strict: false }) as { id?: string };
  const { client } = useConsole();
  const query = useQuery({
    queryKey: ["phoneNumbers", id],
    gcTime: 0,
    queryFn: async () =>
      (await client.send(new DescribePhoneNumberCommand({ PhoneNumberId: id }))).ClaimedPhoneNumberSummary,
  });
  const flows = useFlowsOfNumbers([id]);
  return (
    <Loaded query={query}>
      {(number) => (
        <Loaded query={flows}>
          {(bound) => <PhoneNumberForm key={id} number={number ?? {}} flow={bound[id] ?? ""} />}
        </Loaded>
      )}
    </Loaded>
  );
}

function PhoneNumberForm({ number, flow: before }: { number: ClaimedPhoneNumberSummary; flow: string }) {
  const { t, locale } = useI18n();
  const { client, InstanceId, may } = useConsole();
  const changed = useChanged();
  const [description, setDescription] = useState(number.PhoneNumberDescription ?? "");
  const [flow, setFlow] = useState(before);
  const [releasing, setReleasing] = useState(false);
  const [tried, setTried] = useState(false);
  const { PhoneNumberId } = number;
  const editable = may("PhoneNumbers.Edit");
  const name = numberText(number.PhoneNumber);
  const long = description.length > 500 ? t("phoneNumbers.longDescription") : undefined;

  async function save() {
    if (description !== (number.PhoneNumberDescription ?? "")) {
      await client.send(
        new UpdatePhoneNumberMetadataCommand({ PhoneNumberId, PhoneNumberDescription: description.trim() }),
      );
    }
    if (flow && flow !== before) {
      await client.send(new AssociatePhoneNumberContactFlowCommand({ InstanceId, PhoneNumberId, ContactFlowId: flow }));
    }
    if (!flow && before) {
      await client.send(new DisassociatePhoneNumberContactFlowCommand({ InstanceId, PhoneNumberId }));
    }
    await changed("phoneNumbers");
  }

  const status = number.PhoneNumberStatus?.Status;
  return (
    <>
      <FormPage
        title={name}
        backHref="/console/phone-numbers"
        problems={[long]}
        onTry={() => setTried(true)}
        onSave={editable ? save : undefined}
        savedText={t("form.saved", { name })}
        secondary={
          may("PhoneNumbers.Release") && (
            <Button formAction="none" onClick={() => setReleasing(true)} data-testid="phone-number-release">
              {t("phoneNumbers.release")}
            </Button>
          )
        }
      >
        <Container>
          <SpaceBetween size="m">
            <KeyValuePairs
              columns={3}
              items={[
                {
                  label: t("phoneNumbers.country"),
                  value: countryText(number.PhoneNumberCountryCode, locale),
                },
                { label: t("field.kind"), value: typeText(number.PhoneNumberType, t) },
                {
                  label: t("field.status"),
                  value: (
                    <StatusIndicator
                      type={status === "CLAIMED" ? "success" : status === "FAILED" ? "error" : "in-progress"}
                    >
                      {status ? t(`phoneNumbers.status.${status}`) : ""}
                    </StatusIndicator>
                  ),
                },
              ]}
            />
            <TextAreaField
              label={t("field.description")}
              value={description}
              disabled={!editable}
              problem={tried ? long : undefined}
              onChange={setDescription}
              testId="phone-number-description"
            />
            <FlowField value={flow} onChange={setFlow} disabled={!editable} testId="phone-number-flow" />
          </SpaceBetween>
        </Container>
      </FormPage>
      {releasing && PhoneNumberId && (
        <ReleaseDialog id={PhoneNumberId} name={name} onClose={() => setReleasing(false)} />
      )}
    </>
  );
}
