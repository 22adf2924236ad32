/** A process of its own that works on one SQLite file; sqlite-processes.test.ts starts it. Speaks by IPC messages, never by timing. */
import { sqliteMetadataStore } from '../../framework/adapters/metadata-stores/sqlite.ts';
import type { CacheKey } from '../../framework/model/key-part.ts';

/** What the test asks for. */
export type Order =
  | { readonly do: 'claim'; readonly keys: readonly string[]; readonly owner: string; readonly leaseMs: number }
  | { readonly do: 'append'; readonly stepRun: string; readonly lines: number };
/** What comes back: the keys it won; nothing for `append`. */
export interface Answer {
  readonly won: readonly string[];
}

const [path = ''] = process.argv.slice(2);
const store = sqliteMetadataStore({ path });

process.on('message', async (order: Order) => {
  const won: string[] = [];
  if (order.do === 'claim') {
    for (const key of order.keys) {
      const answer = await store.claim(key as CacheKey, order.owner, order.leaseMs);
      if ('claim' in answer) won.push(key);
    }
  } else {
    for (let i = 0; i < order.lines; i++) {
      await store.appendLogs(order.stepRun, 1, [{ time: i, level: 'info', source: 'log', message: `line ${i}` }]);
    }
  }
  process.send?.({ won } satisfies Answer);
});

await store.migrate();
process.send?.('ready');
