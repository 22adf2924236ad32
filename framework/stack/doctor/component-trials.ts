import { randomUUID } from 'node:crypto';
import type { ArtifactStore } from '../../components/artifact-store.ts';
import type { ComponentCheck } from '../../components/component-check.ts';
import type { ExperimentTracker } from '../../components/experiment-tracker.ts';
import type { MetadataStore } from '../../components/metadata-store.ts';
import { sha256 } from '../../hashing/digest.ts';
import { THIS_HOST } from '../../this-host.ts';
import type { ComponentKind } from '../component-kind.ts';
import type { Trial } from './doctor-check.ts';

/** Round trips whose median is the latency. */
const ROUND_TRIPS = 5;

/** What a component says it can try about itself. */
const ownTrials = (subject: ComponentKind, checks: readonly ComponentCheck[]): readonly Trial[] =>
  checks.map(({ check, run, hint, fix }) => ({ subject, check, run, hint, fix }));

/** What is tried of every metadata store, and then what this one can try about itself. */
export function metadataTrials(store: MetadataStore): readonly Trial[] {
  const own = ownTrials('metadata_store', store.checks());
  const subject = 'metadata_store';
  const hint = `Look at ${store.location}: is it running, may this user write to it, does another program hold it?`;
  return [
    {
      subject,
      check: 'schema version',
      run: async () => {
        await store.migrate();
        return `version ${await store.schemaVersion()} at ${store.location}`;
      },
      hint,
    },
    { subject, check: 'writes and reads', run: () => rowTrip(store), hint },
    ...latencyTrial({ subject, hint, own, trip: () => store.schemaVersion() }),
    ...own,
  ];
}

/** What is tried of every artifact store, and then what this one can try about itself. Nothing that it wrote stays. */
export function artifactTrials(store: ArtifactStore): readonly Trial[] {
  const subject = 'artifact_store';
  const hint = `Look at ${store.location}: is it reachable, may this user write to it, is there space?`;
  const absent = sha256(randomUUID());
  const own = ownTrials(subject, store.checks());
  return [
    // Its own checks first: a bucket that is missing explains why nothing can be written.
    ...own,
    { subject, check: 'writes, reads, removes', run: () => byteTrip(store), hint },
    ...latencyTrial({ subject, hint, own, trip: () => store.has(absent) }),
  ];
}

/** A tracker has nothing that can be tried without leaving a trace: what it can try about itself is all. */
export function trackerTrials(tracker: ExperimentTracker): readonly Trial[] {
  const subject = 'experiment_tracker';
  return ownTrials(subject, tracker.checks());
}

/** How long one question takes, unless the component measures that itself. */
function latencyTrial({ subject, hint, own, trip }: LatencyTrial): readonly Trial[] {
  if (own.some(({ check }) => check === 'latency')) return [];
  return [{ subject, check: 'latency', run: () => median(trip), hint }];
}

interface LatencyTrial {
  readonly subject: ComponentKind;
  readonly hint: string;
  /** What the component tries by itself. */
  readonly own: readonly Trial[];
  readonly trip: () => Promise<unknown>;
}

async function rowTrip(store: MetadataStore): Promise<string> {
  const executor = `doctor-${randomUUID()}`;
  await store.registerExecutor({ id: executor, host: THIS_HOST, pid: process.pid, startedAt: Date.now() });
  await store.heartbeat(executor);
  await store.retireExecutor(executor);
  return 'a row written, changed and retired';
}

async function byteTrip(store: ArtifactStore): Promise<string> {
  const bytes = new TextEncoder().encode(`doctor ${randomUUID()}`);
  const { digest } = await store.write(bytes);
  try {
    const read = await store.readBytes(digest);
    if (Buffer.compare(read, bytes) !== 0) throw new Error('it gave back other bytes than it was given');
  } finally {
    await store.remove(digest);
  }
  if (await store.has(digest)) throw new Error('it kept what was removed');
  return `${bytes.length} bytes at ${store.location}`;
}

async function median(trip: () => Promise<unknown>): Promise<string> {
  const times: number[] = [];
  for (let i = 0; i < ROUND_TRIPS; i++) {
    const start = performance.now();
    await trip();
    times.push(performance.now() - start);
  }
  const middle = times.sort((a, b) => a - b)[Math.floor(ROUND_TRIPS / 2)] ?? 0;
  return `${middle.toFixed(1)} ms a round trip (median of ${ROUND_TRIPS})`;
}
