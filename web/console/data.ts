/** The lists that several pages need, read once and shared. */
import {
  ListApprovedOriginsCommand,
  ListBotsCommand,
  ListContactFlowsCommand,
  ListLambdaFunctionsCommand,
  ListPhoneNumbersV2Command,
  ListSecurityProfilePermissionsCommand,
  ListTaskTemplatesCommand,
  SearchAgentStatusesCommand,
  SearchContactFlowModulesCommand,
  SearchContactFlowsCommand,
  SearchHoursOfOperationsCommand,
  SearchPredefinedAttributesCommand,
  SearchPromptsCommand,
  SearchQueuesCommand,
  SearchQuickConnectsCommand,
  SearchRoutingProfilesCommand,
  SearchSecurityProfilesCommand,
  SearchUsersCommand,
  SearchViewsCommand,
} from "@aws-sdk/client-connect";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { everyPage } from "./api";
import { useConsole } from "./context";

/** Most resources one page of a search holds. */
const MaxResults = 100;

/** Names of the cached lists; changing a resource makes its list stale. */
export type ListName =
  | "users"
  | "securityProfiles"
  | "routingProfiles"
  | "queues"
  | "hours"
  | "quickConnects"
  | "agentStatuses"
  | "flows"
  | "inboundFlows"
  | "flowModules"
  | "prompts"
  | "taskTemplates"
  | "views"
  | "functions"
  | "bots"
  | "predefinedAttributes"
  | "phoneNumbers"
  | "origins";

function useList<Page, Item>(
  name: ListName,
  read: (context: ReturnType<typeof useConsole>, NextToken: string | undefined) => Promise<Page>,
  items: (page: Page) => Item[] | undefined,
  enabled = true,
) {
  const context = useConsole();
  return useQuery({
    queryKey: [name],
    queryFn: () => everyPage((token) => read(context, token), items),
    enabled,
  });
}

/** Makes lists stale after a change, so that pages read them again. */
export function useChanged(): (...names: ListName[]) => Promise<void> {
  const cache = useQueryClient();
  return async (...names) => {
    await Promise.all(names.map((name) => cache.invalidateQueries({ queryKey: [name] })));
  };
}

export const useUsers = (enabled = true) =>
  useList(
    "users",
    ({ client, InstanceId }, NextToken) => client.send(new SearchUsersCommand({ InstanceId, NextToken, MaxResults })),
    (page) => page.Users,
    enabled,
  );

export const useSecurityProfiles = (enabled = true) =>
  useList(
    "securityProfiles",
    ({ client, InstanceId }, NextToken) =>
      client.send(new SearchSecurityProfilesCommand({ InstanceId, NextToken, MaxResults })),
    (page) => page.SecurityProfiles,
    enabled,
  );

export const useRoutingProfiles = (enabled = true) =>
  useList(
    "routingProfiles",
    ({ client, InstanceId }, NextToken) =>
      client.send(new SearchRoutingProfilesCommand({ InstanceId, NextToken, MaxResults })),
    (page) => page.RoutingProfiles,
    enabled,
  );

/** Standard queues; agents' own queues are not managed by hand. */
export const useQueues = (enabled = true) =>
  useList(
    "queues",
    ({ client, InstanceId }, NextToken) =>
      client.send(
        new SearchQueuesCommand({
          InstanceId,
          NextToken,
          MaxResults,
          SearchCriteria: { QueueTypeCondition: "STANDARD" },
        }),
      ),
    (page) => page.Queues,
    enabled,
  );

export const useHours = (enabled = true) =>
  useList(
    "hours",
    ({ client, InstanceId }, NextToken) =>
      client.send(new SearchHoursOfOperationsCommand({ InstanceId, NextToken, MaxResults })),
    (page) => page.HoursOfOperations,
    enabled,
  );

export const useQuickConnects = (enabled = true) =>
  useList(
    "quickConnects",
    ({ client, InstanceId }, NextToken) =>
      client.send(new SearchQuickConnectsCommand({ InstanceId, NextToken, MaxResults })),
    (page) => page.QuickConnects,
    enabled,
  );

export const useAgentStatuses = (enabled = true) =>
  useList(
    "agentStatuses",
    ({ client, InstanceId }, NextToken) =>
      client.send(new SearchAgentStatusesCommand({ InstanceId, NextToken, MaxResults })),
    (page) => page.AgentStatuses,
    enabled,
  );

export const useFlows = (enabled = true) =>
  useList(
    "flows",
    ({ client, InstanceId }, NextToken) =>
      client.send(new SearchContactFlowsCommand({ InstanceId, NextToken, MaxResults })),
    (page) => page.ContactFlows,
    enabled,
  );

export const useFlowModules = (enabled = true) =>
  useList(
    "flowModules",
    ({ client, InstanceId }, NextToken) =>
      client.send(new SearchContactFlowModulesCommand({ InstanceId, NextToken, MaxResults })),
    (page) => page.ContactFlowModules,
    enabled,
  );

/** The inbound flows in short, which those who see phone numbers or queues may list too. */
export const useInboundFlows = () =>
  useList(
    "inboundFlows",
    ({ client, InstanceId }, NextToken) =>
      client.send(new ListContactFlowsCommand({ InstanceId, NextToken, ContactFlowTypes: ["CONTACT_FLOW"] })),
    (page) => page.ContactFlowSummaryList,
  );

export const usePrompts = (enabled = true) =>
  useList(
    "prompts",
    ({ client, InstanceId }, NextToken) => client.send(new SearchPromptsCommand({ InstanceId, NextToken, MaxResults })),
    (page) => page.Prompts,
    enabled,
  );

export const useTaskTemplates = (enabled = true) =>
  useList(
    "taskTemplates",
    ({ client, InstanceId }, NextToken) =>
      client.send(new ListTaskTemplatesCommand({ InstanceId, NextToken, MaxResults })),
    (page) => page.TaskTemplates,
    enabled,
  );

export const useViews = (enabled = true) =>
  useList(
    "views",
    ({ client, InstanceId }, NextToken) => client.send(new SearchViewsCommand({ InstanceId, NextToken, MaxResults })),
    (page) => page.Views,
    enabled,
  );

export const usePredefinedAttributes = (enabled = true) =>
  useList(
    "predefinedAttributes",
    ({ client, InstanceId }, NextToken) =>
      client.send(new SearchPredefinedAttributesCommand({ InstanceId, NextToken, MaxResults })),
    (page) => page.PredefinedAttributes,
    enabled,
  );

export const usePhoneNumbers = (enabled = true) =>
  useList(
    "phoneNumbers",
    ({ client, InstanceId }, NextToken) =>
      client.send(new ListPhoneNumbersV2Command({ InstanceId, NextToken, MaxResults: 1000 })),
    (page) => page.ListPhoneNumbersSummaryList,
    enabled,
  );

export const useOrigins = () =>
  useList(
    "origins",
    ({ client, InstanceId }, NextToken) =>
      client.send(new ListApprovedOriginsCommand({ InstanceId, NextToken, MaxResults: 25 })),
    (page) => page.Origins,
  );

/** The permissions one security profile grants. */
export function usePermissionsOf(SecurityProfileId: string | undefined) {
  const { client, InstanceId } = useConsole();
  return useQuery({
    queryKey: ["securityProfiles", SecurityProfileId, "permissions"],
    queryFn: () =>
      everyPage(
        (NextToken) =>
          client.send(
            new ListSecurityProfilePermissionsCommand({ InstanceId, SecurityProfileId, NextToken, MaxResults: 1000 }),
          ),
        (page) => page.Permissions,
      ),
    enabled: SecurityProfileId !== undefined,
  });
}

interface Named {
  Id?: string;
  Name?: string;
}

/** Finds the name of a resource by its id; the id itself while the list is not there. */
export function nameOf(id: string | undefined, list: readonly Named[] | undefined): string {
  return list?.find((one) => one.Id === id)?.Name ?? id ?? "";
}

/** ARNs of the functions that flows may call. */
export const useFunctions = (enabled = true) =>
  useList(
    "functions",
    ({ client, InstanceId }, NextToken) => client.send(new ListLambdaFunctionsCommand({ InstanceId, NextToken })),
    (page) => page.LambdaFunctions,
    enabled,
  );

/** Aliases of the bots that flows may ask. */
export const useBots = (enabled = true) =>
  useList(
    "bots",
    ({ client, InstanceId }, NextToken) =>
      client.send(new ListBotsCommand({ InstanceId, NextToken, LexVersion: "V2" })),
    (page) => page.LexBots,
    enabled,
  );
