/** Searching a log of the server: the address says what is asked, pages are read one after the other. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { callServer } from "@kit/api/session";
import { useI18n } from "@kit/i18n";
import { type UseInfiniteQueryResult, useInfiniteQuery } from "@tanstack/react-query";
import { useRouterState } from "@tanstack/react-router";
import { type ReactNode, useMemo, useState } from "react";
import { useConsole, useExplain } from "../context";

/** A page of a log; the lines stand under a name of their own. */
export interface LogPage {
  NextToken?: string;
  /** How far was looked when there is more, in seconds since 1970. */
  ReachedTime?: number;
}

/** What the address of the page asks for. */
export function useAsked(): URLSearchParams {
  const search = useRouterState({ select: (state) => state.location.searchStr });
  return useMemo(() => new URLSearchParams(search), [search]);
}

/** Reads a page of a log. */
export function useReadLog<Page extends LogPage>(log: "flow-logs" | "change-history") {
  const { session, InstanceId } = useConsole();
  return (asked: object, NextToken: string | undefined, signal?: AbortSignal): Promise<Page> =>
    callServer<Page>(`/switchroom/${log}/${InstanceId}`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-switchroom-csrf": session.csrfToken },
      body: JSON.stringify({ ...asked, NextToken }),
      signal,
    });
}

/** The pages of a search; `asked` is made anew for every page, as a period may end now. */
export function useLog<Page extends LogPage, Line>(
  log: "flow-logs" | "change-history",
  key: string,
  asked: () => object,
  lines: (page: Page) => Line[],
) {
  const read = useReadLog<Page>(log);
  const query = useInfiniteQuery({
    queryKey: [log, key],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => read(asked(), pageParam, signal),
    getNextPageParam: (page: Page) => page.NextToken,
    // A log is read when it is asked for, not behind the reader's back.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
  });
  const found = useMemo(() => query.data?.pages.flatMap(lines) ?? [], [query.data, lines]);
  return { query, found };
}

interface UnfoldProps {
  summary: string;
  /** What a screen reader says instead of the summary. */
  label: string;
  children: () => ReactNode;
  testId: string;
}

/** Details of a line; made when they are first opened, as there may be thousands of lines. */
export function Unfold({ summary, label, children, testId }: UnfoldProps) {
  const [open, setOpen] = useState(false);
  return (
    <ExpandableSection
      expanded={open}
      onChange={({ detail }) => setOpen(detail.expanded)}
      headerText={<span className="log-line__summary">{summary}</span>}
      headerAriaLabel={label}
      data-testid={testId}
    >
      {open && children()}
    </ExpandableSection>
  );
}

interface MoreProps<Page> {
  query: UseInfiniteQueryResult<{ pages: Page[] }>;
  found: number;
  /** Whether the log is read from its beginning. */
  ascending: boolean;
}

/** Below the lines: leads on, says how far was looked, and what went wrong. */
export function MoreLines<Page extends LogPage>({ query, found, ascending }: MoreProps<Page>) {
  const { t, dateTime } = useI18n();
  const explain = useExplain();
  if (query.isError) {
    return (
      <Alert
        type="error"
        header={t("logs.failed")}
        action={<Button onClick={() => void query.refetch()}>{t("action.retry")}</Button>}
        data-testid="page-error"
      >
        {explain(query.error)}
      </Alert>
    );
  }
  if (!query.hasNextPage) return null;
  const last = query.data?.pages.at(-1);
  const reached = last?.ReachedTime;
  const scarce = found < (query.data?.pages.length ?? 0) * 10;
  return (
    <SpaceBetween size="s" alignItems="center">
      {scarce && reached !== undefined && (
        <Box color="text-status-inactive" data-testid="log-reached">
          {t(ascending ? "logs.reachedOn" : "logs.reached", { time: dateTime(reached * 1000) })}
        </Box>
      )}
      <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()} data-testid="log-more">
        {t(scarce ? "logs.goOn" : "logs.more")}
      </Button>
    </SpaceBetween>
  );
}
