import { isExpired } from '../../cache/decide.ts';
import type { CacheEntry } from '../../components/metadata-store.ts';
import { shortDigest } from '../../hashing/digest.ts';
import { artifactsOf } from '../../model/artifact.ts';
import type { Call } from '../commands/command-kit.ts';
import { isoTime, relativeTime } from '../format/relative-time.ts';
import { sizeText } from '../format/size.ts';
import { type ListOutput, type ListView, printList } from '../reporters/print-list.ts';
import type { Colors } from '../reporters/terminal.ts';
import { type CacheFlags, cacheFilter } from '../views/cache-filter.ts';
import { withStack } from './with-stack.ts';

type Sort = 'newest' | 'oldest' | 'step';

interface Options extends CacheFlags {
  readonly sort: Sort;
  readonly limit: number;
  readonly after?: string;
  readonly output: ListOutput;
}

const ORDERS: Readonly<Record<Sort, (a: CacheEntry, b: CacheEntry) => number>> = {
  newest: (a, b) => b.createdAt - a.createdAt,
  oldest: (a, b) => a.createdAt - b.createdAt,
  step: (a, b) => a.step.localeCompare(b.step) || b.createdAt - a.createdAt,
};

/** `sluice cache list` */
export async function cacheListVerb({ invocation, command }: Call): Promise<undefined> {
  const { sort, limit, after, output, ...flags } = command.opts<Options>();
  const channel = invocation.terminal.out;
  await withStack(invocation, async ({ metadataStore }) => {
    const filter = { ...(await cacheFilter(metadataStore, flags)), limit, ...(after !== undefined && { after }) };
    const page = await metadataStore.listCache(filter);
    const items = [...page.items].sort(ORDERS[sort]);
    await printList({ ...page, items }, cacheView(channel.colors, Date.now()), { channel, output });
  });
}

const sizeOf = ({ output }: CacheEntry): number => artifactsOf(output).reduce((sum, { size }) => sum + size, 0);

function expiryText(entry: CacheEntry, now: number): string {
  const { expiresAt } = entry;
  if (expiresAt === null) return 'never';
  return isExpired(entry, now) ? `expired ${relativeTime(expiresAt, now)}` : relativeTime(expiresAt, now);
}

const cacheView = (colors: Colors, now: number): ListView<CacheEntry> => ({
  columns: [
    { header: 'KEY', text: ({ key }) => shortDigest(key), style: (cell) => colors.bold(cell) },
    { header: 'STEP', text: ({ step }) => step, shrinks: true },
    { header: 'MADE', text: ({ createdAt }) => relativeTime(createdAt, now) },
    { header: 'EXPIRES', text: (entry) => expiryText(entry, now) },
    { header: 'SIZE', align: 'right', text: (entry) => sizeText(sizeOf(entry)) },
    { header: 'MADE BY', text: ({ origin }) => origin, style: (cell) => colors.dim(cell), shrinks: true },
  ],
  json: (entry) => ({
    key: entry.key,
    step: entry.step,
    origin: entry.origin,
    originRun: entry.originRun,
    createdAt: isoTime(entry.createdAt),
    expiresAt: isoTime(entry.expiresAt),
    expired: isExpired(entry, now),
    size: sizeOf(entry),
    parts: entry.parts,
  }),
  csvFields: ['key', 'step', 'createdAt', 'expiresAt', 'expired', 'size', 'origin', 'originRun'],
  empty: 'Nothing is cached.',
});
