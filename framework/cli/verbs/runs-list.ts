import { sluiceError } from '../../errors.ts';
import { parseRunFilter } from '../../filter/parse-run-filter.ts';
import { parseRunSort } from '../../filter/parse-run-sort.ts';
import type { RunRecord } from '../../model/run.ts';
import { STATUSES, type Status } from '../../model/status.ts';
import { nearest } from '../../nearest.ts';
import type { Call } from '../commands/command-kit.ts';
import { durationBetween, durationText } from '../format/duration.ts';
import { parseTime } from '../format/parse-time.ts';
import { relativeTime } from '../format/relative-time.ts';
import { type ListOutput, type ListView, printList } from '../reporters/print-list.ts';
import { STATUS_MARKS, statusColor } from '../reporters/status-mark.ts';
import type { Colors } from '../reporters/terminal.ts';
import { runJson } from '../views/run-json.ts';
import { withStack } from './with-stack.ts';

interface Options {
  readonly pipeline?: string;
  readonly status?: readonly string[];
  readonly tag?: string;
  readonly search?: string;
  readonly filter?: string;
  readonly since?: string;
  readonly until?: string;
  readonly sort: string;
  readonly limit: number;
  readonly after?: string;
  readonly output: ListOutput;
}

/** `sluice runs list` */
export async function runsListVerb({ invocation, command }: Call): Promise<undefined> {
  const {
    pipeline,
    status,
    tag,
    search,
    filter: text,
    since,
    until,
    sort,
    limit,
    after,
    output,
  } = command.opts<Options>();
  const now = Date.now();
  const filter = {
    sort: parseRunSort(sort),
    limit,
    ...(text !== undefined && { where: parseRunFilter(text, now) }),
    ...(pipeline !== undefined && { pipeline }),
    ...(status && { status: status.flatMap((text) => text.split(',')).map(parseStatus) }),
    ...(tag !== undefined && { tag }),
    ...(search !== undefined && { search }),
    ...(since !== undefined && { since: parseTime(since, '--since', now) }),
    ...(until !== undefined && { until: parseTime(until, '--until', now) }),
    ...(after !== undefined && { after }),
  };
  const channel = invocation.terminal.out;
  await withStack(invocation, async ({ metadataStore }) => {
    await printList(await metadataStore.listRuns(filter), runListView(channel.colors, now), { channel, output });
  });
}

function parseStatus(text: string): Status {
  const status = STATUSES.find((one) => one === text.trim());
  if (status) return status;
  const meant = nearest(text, STATUSES);
  throw sluiceError('ERR_USAGE', {
    message: `--status: there is no state "${text}".${meant ? ` Did you mean ${meant}?` : ''}`,
    hint: `States are ${STATUSES.join(', ')}.`,
  });
}

const runListView = (colors: Colors, now: number): ListView<RunRecord> => ({
  columns: [
    { header: 'RUN', text: ({ name }) => name, style: (cell) => colors.bold(cell), shrinks: true },
    { header: 'PIPELINE', text: ({ pipeline }) => pipeline, shrinks: true },
    {
      header: 'STATUS',
      text: ({ status }) => `${STATUS_MARKS[status]} ${status}`,
      style: (cell, { status }) => statusColor(status, colors)(cell),
    },
    { header: 'STARTED', text: ({ startedAt, createdAt }) => relativeTime(startedAt ?? createdAt, now) },
    {
      header: 'TOOK',
      align: 'right',
      text: ({ startedAt, endedAt }) => durationText(durationBetween(startedAt, endedAt)),
    },
    { header: 'ID', text: ({ id }) => id, style: (cell) => colors.dim(cell) },
    { header: 'TAGS', text: ({ tags }) => tags.join(' '), shrinks: true },
  ],
  json: runJson,
  csvFields: ['id', 'name', 'pipeline', 'status', 'startedAt', 'durationMs', 'createdAt', 'endedAt', 'stack', 'tags'],
  empty: 'No runs.',
});
