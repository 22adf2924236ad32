import type { MetadataStore } from '../../framework/components/metadata-store.ts';
import { describeCases, type Skip } from './conformance.ts';
import { CACHE_CASES } from './metadata-store/cache.cases.ts';
import { CODE_TEXT_CASES } from './metadata-store/code-text.cases.ts';
import { COLLECTION_CASES } from './metadata-store/collection.cases.ts';
import { COPY_CASES } from './metadata-store/copy.cases.ts';
import { DELETION_CASES } from './metadata-store/deletion.cases.ts';
import { LIVE_CASES } from './metadata-store/live.cases.ts';
import { LIVENESS_CASES } from './metadata-store/liveness.cases.ts';
import { READ_CASES } from './metadata-store/reads.cases.ts';
import { RECORDING_CASES } from './metadata-store/recording.cases.ts';
import { RUN_CASES } from './metadata-store/run.cases.ts';
import type { MetadataStoreSubject } from './metadata-store/subject.ts';
import { TRACKING_CASES } from './metadata-store/tracking.cases.ts';

export interface MetadataStoreHarness {
  /** A connection of its own to the one empty database of this test, like another process would have it; not migrated. */
  readonly connect: (options: { readonly now: () => number }) => Promise<MetadataStore>;
  /** Closes nothing: the suite closes what it connected. */
  readonly dispose: () => Promise<void>;
}

const CASES = [
  ...RUN_CASES,
  ...RECORDING_CASES,
  ...CACHE_CASES,
  ...CODE_TEXT_CASES,
  ...DELETION_CASES,
  ...LIVENESS_CASES,
  ...TRACKING_CASES,
  ...LIVE_CASES,
  ...COPY_CASES,
  ...COLLECTION_CASES,
  ...READ_CASES,
];

/** What every metadata store promises. `open` gives an empty database each time. */
export function describeMetadataStore(options: {
  readonly name: string;
  readonly open: () => Promise<MetadataStoreHarness>;
  readonly skip?: readonly Skip[];
}): void {
  describeCases(`metadata store ${options.name}`, CASES, {
    ...(options.skip ? { skip: options.skip } : {}),
    open: () => openSubject(options.open),
  });
}

async function openSubject(open: () => Promise<MetadataStoreHarness>): Promise<MetadataStoreSubject> {
  const harness = await open();
  const clock = { now: 1_700_000_000_000 };
  const connected: MetadataStore[] = [];
  const connect = async (): Promise<MetadataStore> => {
    const store = await harness.connect({ now: () => clock.now });
    connected.push(store);
    return store;
  };
  const store = await connect();
  await store.migrate();
  return {
    store,
    clock,
    connect,
    dispose: async () => {
      for (const one of connected) await one.close();
      await harness.dispose();
    },
  };
}
