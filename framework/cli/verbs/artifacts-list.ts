import type { ArtifactRecord } from '../../components/metadata-store.ts';
import { shortDigest } from '../../hashing/digest.ts';
import type { Call } from '../commands/command-kit.ts';
import { isoTime, relativeTime } from '../format/relative-time.ts';
import { sizeText } from '../format/size.ts';
import { type ListOutput, type ListView, printList } from '../reporters/print-list.ts';
import type { Colors } from '../reporters/terminal.ts';
import { findRun } from '../views/find-run.ts';
import { withStack } from './with-stack.ts';

type Sort = 'newest' | 'size' | 'name';

interface Options {
  readonly run?: string;
  readonly step?: string;
  readonly format?: string;
  readonly search?: string;
  readonly sort: Sort;
  readonly limit: number;
  readonly after?: string;
  readonly output: ListOutput;
}

const ORDERS: Readonly<Record<Sort, (a: ArtifactRecord, b: ArtifactRecord) => number>> = {
  newest: () => 0,
  size: (a, b) => b.size - a.size,
  name: (a, b) => nameOf(a).localeCompare(nameOf(b)),
};

/** `sluice artifacts list` */
export async function artifactsListVerb({ invocation, command }: Call): Promise<undefined> {
  const { run, step, format, search, sort, limit, after, output } = command.opts<Options>();
  const channel = invocation.terminal.out;
  await withStack(invocation, async ({ metadataStore }) => {
    const page = await metadataStore.listArtifacts({
      limit,
      ...(run !== undefined && { run: (await findRun(metadataStore, run)).id }),
      ...(step !== undefined && { step }),
      ...(format !== undefined && { format }),
      ...(search !== undefined && { search }),
      ...(after !== undefined && { after }),
    });
    const items = [...page.items].sort(ORDERS[sort]);
    await printList({ ...page, items }, artifactView(channel.colors, Date.now()), { channel, output });
  });
}

const nameOf = ({ name, field }: ArtifactRecord): string => name ?? (field || '–');

const artifactView = (colors: Colors, now: number): ListView<ArtifactRecord> => ({
  columns: [
    { header: 'ARTIFACT', text: ({ digest }) => shortDigest(digest), style: (cell) => colors.bold(cell) },
    { header: 'STEP', text: ({ step, field }) => (field === '' ? step : `${step}.${field}`), shrinks: true },
    { header: 'NAME', text: nameOf, shrinks: true },
    { header: 'FORMAT', text: ({ format }) => format },
    { header: 'SIZE', align: 'right', text: ({ size }) => sizeText(size) },
    { header: 'MADE', text: ({ createdAt }) => relativeTime(createdAt, now) },
    { header: 'RUN', text: ({ runId }) => runId, style: (cell) => colors.dim(cell) },
  ],
  json: ({ createdAt, ...artifact }) => ({ ...artifact, createdAt: isoTime(createdAt) }),
  csvFields: ['digest', 'step', 'field', 'name', 'format', 'version', 'size', 'runId', 'stepRunId', 'createdAt'],
  empty: 'No artifacts.',
});
