import type { Pin } from '../../components/collection-record.ts';
import type { ArtifactRecord, MetadataStore, Page } from '../../components/metadata-store.ts';
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
  readonly pinned?: boolean;
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

/** An artifact of the list, and the pin that keeps it. */
type Listed = ArtifactRecord & { readonly pin: Pin | undefined };

/** `sluice artifacts list` */
export async function artifactsListVerb({ invocation, command }: Call): Promise<undefined> {
  const { sort, output, ...options } = command.opts<Options>();
  const channel = invocation.terminal.out;
  await withStack(invocation, async ({ metadataStore }) => {
    const pins = new Map((await metadataStore.pins()).map((pin) => [pin.artifact.digest, pin]));
    const page = options.pinned
      ? await pinnedPage(metadataStore, [...pins.values()])
      : await pageOf(metadataStore, options);
    const items = page.items.map((one): Listed => ({ ...one, pin: pins.get(one.digest) })).sort(ORDERS[sort]);
    await printList({ ...page, items }, artifactView(channel.colors, Date.now()), { channel, output });
  });
}

type Filters = Omit<Options, 'sort' | 'output'>;

async function pageOf(store: MetadataStore, filters: Filters): Promise<Page<ArtifactRecord>> {
  const { run, step, format, search, limit, after } = filters;
  return store.listArtifacts({
    limit,
    ...(run !== undefined && { run: (await findRun(store, run)).id }),
    ...(step !== undefined && { step }),
    ...(format !== undefined && { format }),
    ...(search !== undefined && { search }),
    ...(after !== undefined && { after }),
  });
}

/** Whoever made them may be gone from the record: a pin keeps what it needs to know. */
async function pinnedPage(store: MetadataStore, pins: readonly Pin[]): Promise<Page<ArtifactRecord>> {
  const items = await Promise.all(
    pins.map(async ({ artifact, createdAt }) => {
      const [record] = await store.findArtifact(artifact.digest);
      return record ?? { ...artifact, stepRunId: '', runId: '', step: '', field: '', createdAt };
    }),
  );
  return { items, next: null };
}

const nameOf = ({ name, field }: ArtifactRecord): string => name ?? (field || '–');

const artifactView = (colors: Colors, now: number): ListView<Listed> => ({
  columns: [
    { header: 'ARTIFACT', text: ({ digest }) => shortDigest(digest), style: (cell) => colors.bold(cell) },
    { header: 'STEP', text: ({ step, field }) => (field === '' ? step : `${step}.${field}`), shrinks: true },
    { header: 'NAME', text: nameOf, shrinks: true },
    { header: 'FORMAT', text: ({ format }) => format },
    { header: 'SIZE', align: 'right', text: ({ size }) => sizeText(size) },
    { header: 'MADE', text: ({ createdAt }) => relativeTime(createdAt, now) },
    { header: 'PIN', text: ({ pin }) => (pin ? (pin.reason ?? 'yes') : ''), shrinks: true },
    { header: 'RUN', text: ({ runId }) => runId, style: (cell) => colors.dim(cell) },
  ],
  json: ({ createdAt, pin, ...artifact }) => ({
    ...artifact,
    createdAt: isoTime(createdAt),
    pinned: pin ? { reason: pin.reason, createdAt: isoTime(pin.createdAt) } : null,
  }),
  csvFields: ['digest', 'step', 'field', 'name', 'format', 'version', 'size', 'runId', 'stepRunId', 'createdAt'],
  empty: 'No artifacts.',
});
