/** The first page: what is going on, and where to go. */
import Box from "@cloudscape-design/components/box";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type MessageKey, useI18n } from "@kit/i18n";
import { useConsole } from "../../context";
import { useAgentStatuses, useFlows, useQueues, useUsers } from "../../data";
import { RouteLink } from "../../parts/RouteLink";
import { useCurrentAgents } from "../agents/AgentsPage";

interface FigureProps {
  label: string;
  value: number | undefined;
  href: string;
  failed: boolean;
  testId: string;
}

function Figure({ label, value, href, failed, testId }: FigureProps) {
  const { t, number } = useI18n();
  return (
    <div data-testid={testId}>
      <Box variant="awsui-key-label">{label}</Box>
      <Box fontSize="display-l" fontWeight="bold">
        {failed ? "–" : value === undefined ? "…" : <RouteLink href={href}>{number(value)}</RouteLink>}
      </Box>
      {failed && <Box color="text-status-inactive">{t("home.figureFailed")}</Box>}
    </div>
  );
}

export function HomePage() {
  const { t } = useI18n();
  const { session, may } = useConsole();
  const seesAgents = may("AccessMetrics", "AccessMetrics.RealTimeMetrics.Access") && may("RoutingPolicies.View");
  const agents = useCurrentAgents(seesAgents);
  const statuses = useAgentStatuses(may("AgentStates.View"));
  const users = useUsers(may("Users.View"));
  const queues = useQueues(may("Queues.View"));
  const flows = useFlows(may("ContactFlows.View"));
  const routable = new Set(statuses.data?.filter((one) => one.Type === "ROUTABLE").map((one) => one.AgentStatusARN));
  const offline = new Set(statuses.data?.filter((one) => one.Type === "OFFLINE").map((one) => one.AgentStatusARN));
  const online = agents.data?.filter((one) => !offline.has(one.Status?.StatusArn));

  const steps: { permission: string; href: string; text: MessageKey }[] = [
    { permission: "HoursOfOperation.Create", href: "/console/hours", text: "home.stepHours" },
    { permission: "Queues.Create", href: "/console/queues", text: "home.stepQueues" },
    { permission: "RoutingPolicies.Create", href: "/console/routing-profiles", text: "home.stepRouting" },
    { permission: "Users.Create", href: "/console/users", text: "home.stepUsers" },
    { permission: "ContactFlows.Create", href: "/console/flows", text: "home.stepFlows" },
  ];
  const open = steps.filter((step) => may(step.permission));

  return (
    <SpaceBetween size="l">
      <Header variant="h1" description={t("home.instance", { id: session.instanceId })}>
        {t("home.welcome", { name: session.displayName || session.username, instance: session.instanceAlias })}
      </Header>
      <Container header={<Header variant="h2">{t("home.now")}</Header>}>
        <ColumnLayout columns={4} variant="text-grid" minColumnWidth={150}>
          {seesAgents && (
            <Figure
              testId="home-online"
              label={t("home.agentsOnline")}
              value={online?.length}
              failed={agents.isError}
              href="/console/agents"
            />
          )}
          {seesAgents && (
            <Figure
              testId="home-available"
              label={t("home.agentsAvailable")}
              value={agents.data?.filter((one) => routable.has(one.Status?.StatusArn)).length}
              failed={agents.isError}
              href="/console/agents"
            />
          )}
          {seesAgents && (
            <Figure
              testId="home-contacts"
              label={t("home.contactsNow")}
              value={agents.data?.reduce((sum, one) => sum + (one.Contacts?.length ?? 0), 0)}
              failed={agents.isError}
              href="/console/agents"
            />
          )}
          {may("Users.View") && (
            <Figure
              testId="home-users"
              label={t("field.users")}
              value={users.data?.length}
              failed={users.isError}
              href="/console/users"
            />
          )}
          {may("Queues.View") && (
            <Figure
              testId="home-queues"
              label={t("field.queues")}
              value={queues.data?.length}
              failed={queues.isError}
              href="/console/queues"
            />
          )}
          {may("ContactFlows.View") && (
            <Figure
              testId="home-flows"
              label={t("flows.title")}
              value={flows.data?.length}
              failed={flows.isError}
              href="/console/flows"
            />
          )}
        </ColumnLayout>
      </Container>
      <ColumnLayout columns={2} minColumnWidth={300}>
        <Container header={<Header variant="h2">{t("home.places")}</Header>}>
          <ul className="plain-list">
            <li>
              <Link href="/agent-app-v2">{t("home.workspace")}</Link>
              <Box color="text-body-secondary">{t("home.workspaceText")}</Box>
            </li>
            <li>
              <Link href="/ccp-v2">{t("home.panel")}</Link>
              <Box color="text-body-secondary">{t("home.panelText")}</Box>
            </li>
            <li>
              <Link href="/chat" external externalIconAriaLabel={t("home.newTab")}>
                {t("home.chat")}
              </Link>
              <Box color="text-body-secondary">{t("home.chatText")}</Box>
            </li>
          </ul>
        </Container>
        {open.length > 0 && (
          <Container header={<Header variant="h2">{t("home.setUp")}</Header>}>
            <ol className="plain-list">
              {open.map((step) => (
                <li key={step.href}>
                  <RouteLink href={step.href}>{t(step.text)}</RouteLink>
                </li>
              ))}
            </ol>
          </Container>
        )}
      </ColumnLayout>
    </SpaceBetween>
  );
}
