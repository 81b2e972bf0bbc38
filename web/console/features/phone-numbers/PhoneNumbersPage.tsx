/** The phone numbers of the instance, and claiming another one. */
import { BatchGetFlowAssociationCommand } from "@aws-sdk/client-connect";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useI18n } from "@kit/i18n";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useConsole } from "../../context";
import { nameOf, useInboundFlows, usePhoneNumbers } from "../../data";
import { ResourceTable } from "../../parts/ResourceTable";
import { RouteLink } from "../../parts/RouteLink";
import { ClaimDialog } from "./ClaimDialog";
import { InventoryHelp } from "./InventoryHelp";
import { countryText, numberText, typeText } from "./words";

/** Most numbers one call tells the flows of. */
const perCall = 100;

/** The flow of each number that has one, by the id of the number. */
export function useFlowsOfNumbers(ids: readonly string[]) {
  const { client, InstanceId } = useConsole();
  return useQuery({
    queryKey: ["phoneNumbers", "flows", ids],
    enabled: ids.length > 0,
    queryFn: async () => {
      const flows: Record<string, string> = {};
      for (let at = 0; at < ids.length; at += perCall) {
        const page = await client.send(
          new BatchGetFlowAssociationCommand({
            InstanceId,
            ResourceIds: ids.slice(at, at + perCall),
            ResourceType: "VOICE_PHONE_NUMBER",
          }),
        );
        for (const { ResourceId, FlowId } of page.FlowAssociationSummaryList ?? []) {
          if (ResourceId && FlowId) flows[ResourceId] = FlowId;
        }
      }
      return flows;
    },
  });
}

export function PhoneNumbersPage() {
  const { t, locale } = useI18n();
  const { may } = useConsole();
  const [claiming, setClaiming] = useState(false);
  const query = usePhoneNumbers();
  const flows = useInboundFlows();
  const bound = useFlowsOfNumbers((query.data ?? []).map((one) => one.PhoneNumberId ?? ""));
  const flowOf = (id: string | undefined) => nameOf(bound.data?.[id ?? ""], flows.data);
  return (
    <>
      <ResourceTable
        testId="phone-numbers"
        history="phone-number"
        title={t("phoneNumbers.title")}
        description={t("phoneNumbers.description")}
        query={query}
        empty={
          <SpaceBetween size="s">
            <Box color="inherit">{t("phoneNumbers.empty")}</Box>
            <InventoryHelp />
          </SpaceBetween>
        }
        id={(one) => one.PhoneNumberId ?? ""}
        name={(one) => numberText(one.PhoneNumber)}
        actions={
          may("PhoneNumbers.Claim") && (
            <Button variant="primary" onClick={() => setClaiming(true)} data-testid="phone-numbers-claim">
              {t("phoneNumbers.claim")}
            </Button>
          )
        }
        columns={[
          {
            id: "number",
            header: t("field.phoneNumber"),
            value: (one) => numberText(one.PhoneNumber),
            cell: (one) => (
              <RouteLink href={`/console/phone-numbers/${one.PhoneNumberId}`}>{numberText(one.PhoneNumber)}</RouteLink>
            ),
          },
          {
            id: "country",
            header: t("phoneNumbers.country"),
            value: (one) => countryText(one.PhoneNumberCountryCode, locale),
            cell: (one) => countryText(one.PhoneNumberCountryCode, locale),
          },
          {
            id: "type",
            header: t("field.kind"),
            value: (one) => typeText(one.PhoneNumberType, t),
            cell: (one) => typeText(one.PhoneNumberType, t),
          },
          {
            id: "description",
            header: t("field.description"),
            value: (one) => one.PhoneNumberDescription ?? "",
            cell: (one) => one.PhoneNumberDescription,
          },
          {
            id: "flow",
            header: t("field.flow"),
            value: (one) => flowOf(one.PhoneNumberId),
            cell: (one) =>
              flowOf(one.PhoneNumberId) || <Box color="text-status-inactive">{t("phoneNumbers.noFlow")}</Box>,
          },
        ]}
      />
      {claiming && (
        <ClaimDialog
          present={(query.data ?? []).map((one) => one.PhoneNumberCountryCode)}
          onClose={() => setClaiming(false)}
        />
      )}
    </>
  );
}
