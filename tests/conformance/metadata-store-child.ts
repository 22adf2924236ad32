/** A process of its own that works on one store; metadata-store-processes.suite.ts starts it. Speaks by IPC messages, never by timing. */
import { postgresMetadataStore } from '../../framework/adapters/metadata-stores/postgres.ts';
import { sqliteMetadataStore } from '../../framework/adapters/metadata-stores/sqlite.ts';
import type { CacheKey } from '../../framework/model/key-part.ts';
import { computeOnce, prepare } from './metadata-store-compute.ts';

/** Where the store is: the one argument of the process, as JSON. */
export type Place =
  | { readonly flavor: 'sqlite'; readonly path: string }
  | { readonly flavor: 'postgres'; readonly url: string; readonly schema: string };

/** What the test asks for. */
export type Order =
  | { readonly do: 'claim'; readonly keys: readonly string[]; readonly owner: string; readonly leaseMs: number }
  | { readonly do: 'append'; readonly stepRun: string; readonly lines: number }
  | { readonly do: 'prepare'; readonly run: string }
  | {
      readonly do: 'compute';
      readonly key: string;
      readonly run: string;
      readonly file: string;
      readonly hangs: boolean;
    };
/** What comes back: the keys it won, or the origin of the result that it computed or waited for; nothing for the others. */
export interface Answer {
  readonly won: readonly string[];
}

const place = JSON.parse(process.argv[2] ?? '') as Place;
const store =
  place.flavor === 'sqlite'
    ? sqliteMetadataStore({ path: place.path })
    : postgresMetadataStore({ url: place.url, schema: place.schema });

process.on('message', async (order: Order) => {
  const won: string[] = [];
  if (order.do === 'claim') {
    for (const key of order.keys) {
      const answer = await store.claim(key as CacheKey, order.owner, order.leaseMs);
      if ('claim' in answer) won.push(key);
    }
  } else if (order.do === 'prepare') {
    await prepare(store, order.run);
  } else if (order.do === 'compute') {
    won.push(await computeOnce(store, { ...order, key: order.key as CacheKey }));
  } else {
    for (let i = 0; i < order.lines; i++) {
      await store.appendLogs(order.stepRun, 1, [{ time: i, level: 'info', source: 'log', message: `line ${i}` }]);
    }
  }
  process.send?.({ won } satisfies Answer);
});

await store.migrate();
process.send?.('ready');
