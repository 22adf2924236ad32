import type { CacheEntry, CacheFilter, MetadataStore, Page } from '../../components/metadata-store.ts';
import { sluiceError } from '../../errors.ts';
import type { Call } from '../commands/command-kit.ts';
import { type CacheFlags, cacheFilter } from '../views/cache-filter.ts';
import { withStack } from './with-stack.ts';

interface Options extends CacheFlags {
  readonly all?: boolean;
  readonly dryRun?: boolean;
  readonly output: 'text' | 'json';
}

/** `sluice cache invalidate` */
export async function cacheInvalidateVerb({ invocation, command }: Call): Promise<undefined> {
  const { all = false, dryRun = false, output, ...flags } = command.opts<Options>();
  const filters = Object.keys(flags).length;
  if (filters === 0 && !all) {
    throw sluiceError('ERR_USAGE', {
      message: 'sluice cache invalidate needs to know which results to forget.',
      hint: 'Name them by --step, --run, --key or --older-than, or say --all.',
    });
  }
  if (filters > 0 && all) {
    throw sluiceError('ERR_USAGE', {
      message: '--all forgets every result, whatever the other filters say.',
      hint: 'Give --all or the filters, not both.',
    });
  }
  await withStack(invocation, async ({ metadataStore }) => {
    const filter = await cacheFilter(metadataStore, flags);
    const bySteps = dryRun ? await countBySteps(metadataStore, filter) : undefined;
    const count = bySteps ? sum(bySteps) : await metadataStore.invalidate(filter);
    const { out } = invocation.terminal;
    if (output === 'json') {
      out.line(JSON.stringify({ invalidated: dryRun ? 0 : count, ...(bySteps && { matched: count, steps: bySteps }) }));
    } else if (!invocation.quiet) for (const line of linesOf(count, bySteps)) out.line(line);
  });
}

/** Results that a filter fits, by step. */
async function countBySteps(store: MetadataStore, filter: CacheFilter): Promise<Readonly<Record<string, number>>> {
  const counts = new Map<string, number>();
  let after: string | null = null;
  do {
    const page: Page<CacheEntry> = await store.listCache({ ...filter, limit: PAGE, ...(after !== null && { after }) });
    for (const { step } of page.items) counts.set(step, (counts.get(step) ?? 0) + 1);
    after = page.next;
  } while (after !== null);
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

const PAGE = 500;
const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, count) => total + count, 0);

function linesOf(count: number, bySteps: Readonly<Record<string, number>> | undefined): string[] {
  if (count === 0) return ['No result matches: nothing to forget.'];
  const results = count === 1 ? '1 result' : `${count} results`;
  if (!bySteps) return [`${results} forgotten.`];
  return [`Would forget ${results}:`, ...Object.entries(bySteps).map(([step, times]) => `  ${step}  ${times}`)];
}
