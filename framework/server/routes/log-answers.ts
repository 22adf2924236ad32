import type { StepOverview } from '../../components/metadata-reads.ts';
import type { MetadataStore } from '../../components/metadata-store.ts';
import type { LogLine } from '../../model/run.ts';
import { isFinal } from '../../model/status.ts';
import type { LogPage } from '../api/log.ts';
import { notFound } from '../views/find-run.ts';
import { logItem, logText } from '../views/log-view.ts';

/** Lines that one request looks through for a word or a level: a fifth of a second of this machine, in slices. */
const MOST_SCANNED = 100_000;
/** Steps write their lines in batches, each when it comes to it: a line may arrive after younger ones of other steps. */
const LATE_MS = 2000;
/** Lines read at once for a download. */
const PAGE = 2000;

export interface LogRequest {
  readonly step?: readonly string[] | undefined;
  readonly level?: readonly LogLine['level'][] | undefined;
  readonly search?: string | undefined;
  readonly attempt?: number | undefined;
  readonly after?: string | undefined;
  readonly before?: string | undefined;
  readonly limit: number;
}

/**
 * One page of a run's log. While the run goes on, the mark of a page that ends at the log's end lies two seconds back, so that whoever follows
 * gets late lines too; it gets some lines twice, and tells them by step and number.
 */
export async function logPage(store: MetadataStore, runId: string, request: LogRequest): Promise<LogPage> {
  const { step, level, search, attempt, after, before, limit } = request;
  const stepRuns = step === undefined || step.length === 0 ? undefined : step.map((node) => `${runId}/${node}`);
  const steps = await store.overviewSteps(runId);
  for (const node of step ?? []) {
    if (!steps.some((one) => one.node === node)) throw notFound('step', node, 'The page of the run shows its steps.');
  }
  const wanted = step === undefined || step.length === 0 ? steps : steps.filter(({ node }) => step.includes(node));
  const page = await store.readRunLogs(runId, {
    limit,
    scan: MOST_SCANNED,
    ...(stepRuns && { stepRuns }),
    ...(attempt !== undefined && { attempt }),
    ...(level && { levels: level }),
    ...(search && { search }),
    ...(after !== undefined ? { after } : before !== undefined && { before }),
  });
  const isFiltered = attempt !== undefined || level !== undefined || Boolean(search);
  const isEnd = after === undefined ? before === undefined : page.lines.length < limit && !page.stopped;
  return {
    items: page.lines.map(logItem),
    next: isEnd && isGoing(wanted) && stepRuns?.length !== 1 ? laterMark(page.last) : page.last,
    previous: page.first,
    total: isFiltered ? null : wanted.reduce((sum, { logs }) => sum + logs, 0),
    searchStopped: page.stopped,
  };
}

const isGoing = (steps: readonly StepOverview[]): boolean => steps.some(({ status }) => !isFinal(status));

/** The mark of a moment before it. Of marks only the time in front is understood here. */
function laterMark(mark: string | null): string | null {
  const [, time, rest = ''] = /^(\d+)(.*)$/s.exec(mark ?? '') ?? [];
  return time === undefined ? mark : `${Number(time) - LATE_MS}${rest}`;
}

/** Everything, read as the client takes it. */
export function logDownload(store: MetadataStore, runId: string, nodes: readonly string[] | undefined): Response {
  const stepRuns = nodes?.length ? { stepRuns: nodes.map((node) => `${runId}/${node}`) } : {};
  let after = '0~0~ ';
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { lines, last } = await store.readRunLogs(runId, { ...stepRuns, after, limit: PAGE, scan: PAGE });
      if (lines.length > 0) controller.enqueue(encoder.encode(lines.map(logText).join('')));
      if (lines.length < PAGE || last === null) controller.close();
      else after = last;
    },
  });
  return new Response(body, {
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      'content-disposition': `attachment; filename="${runId}.log"`,
      'cache-control': 'private, no-store',
      'x-streamed': '1',
    },
  });
}
