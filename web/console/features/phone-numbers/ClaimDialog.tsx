/** Claiming a number: which ones are free, what it is for, and the flow that calls to it meet. */
import {
  AssociatePhoneNumberContactFlowCommand,
  type AvailableNumberSummary,
  ClaimPhoneNumberCommand,
  type PhoneNumberCountryCode,
  type PhoneNumberType,
  SearchAvailablePhoneNumbersCommand,
} from "@aws-sdk/client-connect";
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Modal from "@cloudscape-design/components/modal";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useI18n } from "@kit/i18n";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useConsole, useExplain } from "../../context";
import { useChanged } from "../../data";
import { SelectField, TextAreaField, TextField } from "../../parts/fields";
import { FlowField } from "./FlowField";
import { InventoryHelp } from "./InventoryHelp";
import { countries, isPrefix, likelyCountry, numberText, types, typeText } from "./words";

/** How long after the last key the inventory is searched, in milliseconds. */
const pause = 300;

/** A text once it has not changed for a moment. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), pause);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

interface ClaimDialogProps {
  /** Countries of the numbers there are. */
  present: readonly (string | undefined)[];
  onClose: () => void;
}

export function ClaimDialog({ present, onClose }: ClaimDialogProps) {
  const { t, locale } = useI18n();
  const { client, InstanceId, say, may } = useConsole();
  const explain = useExplain();
  const changed = useChanged();
  const [country, setCountry] = useState(() => likelyCountry(present, navigator.languages));
  const [type, setType] = useState<string>("DID");
  const [prefix, setPrefix] = useState("");
  const [chosen, setChosen] = useState<string>();
  const [description, setDescription] = useState("");
  const [flow, setFlow] = useState("");
  const [problem, setProblem] = useState<string>();
  const [tried, setTried] = useState(false);
  const [working, setWorking] = useState(false);
  const digits = useSettled(prefix).replaceAll(" ", "");
  const found = useInfiniteQuery({
    queryKey: ["phoneNumbers", "available", country, type, digits],
    enabled: isPrefix(digits),
    gcTime: 0,
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      client.send(
        new SearchAvailablePhoneNumbersCommand({
          InstanceId,
          PhoneNumberCountryCode: country as PhoneNumberCountryCode,
          PhoneNumberType: type as PhoneNumberType,
          PhoneNumberPrefix: digits && digits !== "+" ? digits : undefined,
          NextToken: pageParam,
        }),
      ),
    getNextPageParam: (page) => page.NextToken || undefined,
  });
  const numbers = found.data?.pages.flatMap((page): AvailableNumberSummary[] => page.AvailableNumbersList ?? []) ?? [];
  const PhoneNumber = numbers.some((one) => one.PhoneNumber === chosen) ? chosen : undefined;

  async function claim() {
    setTried(true);
    setProblem(undefined);
    if (!PhoneNumber) return;
    setWorking(true);
    try {
      const { PhoneNumberId } = await client.send(
        new ClaimPhoneNumberCommand({
          InstanceId,
          PhoneNumber,
          PhoneNumberDescription: description.trim() || undefined,
        }),
      );
      const name = numberText(PhoneNumber);
      say("success", t("phoneNumbers.claimed", { name }));
      onClose();
      if (flow) {
        try {
          await client.send(
            new AssociatePhoneNumberContactFlowCommand({ InstanceId, PhoneNumberId, ContactFlowId: flow }),
          );
        } catch (error) {
          say("error", t("phoneNumbers.flowFailed", { name, message: explain(error) }));
        }
      }
      await changed("phoneNumbers");
    } catch (error) {
      setProblem(explain(error));
      setWorking(false);
      void found.refetch();
    }
  }

  function list() {
    if (!isPrefix(digits)) return null;
    if (found.isPending) return <Spinner />;
    if (found.isError) return <Alert type="error">{explain(found.error)}</Alert>;
    if (numbers.length === 0) {
      return (
        <SpaceBetween size="xs">
          <Box data-testid="claim-none">{t("phoneNumbers.noneFound")}</Box>
          <InventoryHelp />
        </SpaceBetween>
      );
    }
    return (
      <SpaceBetween size="xs">
        <RadioGroup
          value={PhoneNumber ?? null}
          items={numbers.map((one) => ({ value: one.PhoneNumber ?? "", label: numberText(one.PhoneNumber) }))}
          onChange={({ detail }) => setChosen(detail.value)}
          ariaLabel={t("field.phoneNumber")}
          data-testid="claim-numbers"
        />
        {found.hasNextPage && (
          <Button
            variant="inline-link"
            loading={found.isFetchingNextPage}
            onClick={() => void found.fetchNextPage()}
            data-testid="claim-more"
          >
            {t("phoneNumbers.more")}
          </Button>
        )}
      </SpaceBetween>
    );
  }

  return (
    <Modal
      visible
      header={t("phoneNumbers.claim")}
      closeAriaLabel={t("action.close")}
      onDismiss={onClose}
      data-testid="claim"
      footer={
        <Box float="right">
          <SpaceBetween size="xs" direction="horizontal">
            <Button onClick={onClose}>{t("action.cancel")}</Button>
            <Button variant="primary" loading={working} onClick={() => void claim()} data-testid="claim-save">
              {t("phoneNumbers.claimOne")}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        <SelectField
          label={t("phoneNumbers.country")}
          value={country}
          choices={countries(locale)}
          onChange={setCountry}
          testId="claim-country"
        />
        <SelectField
          label={t("field.kind")}
          value={type}
          choices={types.map((value) => ({ value, label: typeText(value, t) }))}
          onChange={setType}
          testId="claim-type"
        />
        <TextField
          label={t("phoneNumbers.prefix")}
          hint={t("phoneNumbers.prefixHint")}
          inputMode="tel"
          value={prefix}
          problem={isPrefix(prefix) || prefix === "+" ? undefined : t("phoneNumbers.badPrefix")}
          onChange={setPrefix}
          testId="claim-prefix"
        />
        <FormField
          label={t("field.phoneNumber")}
          errorText={tried && !PhoneNumber ? t("phoneNumbers.chooseOne") : undefined}
          stretch
        >
          {list()}
        </FormField>
        <TextAreaField
          label={t("field.description")}
          rows={2}
          value={description}
          problem={description.length > 500 ? t("phoneNumbers.longDescription") : undefined}
          onChange={setDescription}
          testId="claim-description"
        />
        {may("PhoneNumbers.Edit") && <FlowField value={flow} onChange={setFlow} testId="claim-flow" />}
        {problem && <Alert type="error">{problem}</Alert>}
      </SpaceBetween>
    </Modal>
  );
}
