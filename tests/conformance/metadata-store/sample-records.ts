import type { CacheEntry, Claim, Commit, ExecutorInfo } from '../../../framework/components/metadata-store.ts';
import { sha256 } from '../../../framework/hashing/digest.ts';
import type { Artifact, Output } from '../../../framework/model/artifact.ts';
import type { CacheKey, KeyPart } from '../../../framework/model/key-part.ts';
import type { AttemptRecord, RunRecord, StepRunRecord } from '../../../framework/model/run.ts';

/** Where the tests' clock begins. */
export const NOON = 1_700_000_000_000;

export const keyOf = (text: string): CacheKey => sha256(`key ${text}`) as CacheKey;

export const artifactOf = (text: string, more: Partial<Artifact> = {}): Artifact => ({
  digest: sha256(text),
  format: 'json',
  version: 1,
  size: text.length,
  ...more,
});

export const partsOf = (text: string): readonly KeyPart[] => [
  { part: 'schema', digest: sha256('schema'), display: '1' },
  { part: 'argument x', digest: sha256(text), display: text },
];

export const sampleExecutor = (id: string, more: Partial<ExecutorInfo> = {}): ExecutorInfo => ({
  id,
  host: 'here',
  pid: 1234,
  startedAt: NOON,
  ...more,
});

export const sampleRun = (id: string, more: Partial<RunRecord> = {}): RunRecord => ({
  id,
  name: `name of ${id}`,
  pipeline: 'train',
  status: 'running',
  stack: 'local',
  source: 'pipelines/train.pipeline.ts',
  params: { epochs: 3, names: ['a', 'ü'], nothing: null },
  tags: [],
  mode: 'fail-fast',
  plan: { pipeline: 'train', nodes: [{ id: 'load', step: 'load', parents: [], inputs: [] }] },
  executor: 'executor-1',
  createdAt: NOON,
  startedAt: NOON,
  endedAt: null,
  result: null,
  error: null,
  resumedFrom: null,
  cancelRequested: false,
  notes: null,
  environment: null,
  git: null,
  hookFailures: null,
  ...more,
});

export const sampleStep = (runId: string, node: string, more: Partial<StepRunRecord> = {}): StepRunRecord => ({
  id: `${runId}/${node}`,
  runId,
  node,
  step: node,
  status: 'pending',
  key: null,
  parts: [],
  origin: null,
  reason: null,
  output: null,
  attempts: 0,
  startedAt: null,
  endedAt: null,
  error: null,
  segments: null,
  usage: null,
  hookFailures: null,
  ...more,
});

export const sampleAttempt = (stepRunId: string, more: Partial<AttemptRecord> = {}): AttemptRecord => ({
  stepRunId,
  attempt: 1,
  status: 'running',
  startedAt: NOON,
  endedAt: null,
  error: null,
  segments: null,
  usage: null,
  ...more,
});

/** What a step that succeeded commits: its output has one field, `value`. */
export function sampleCommit(
  runId: string,
  node: string,
  options: {
    readonly claim?: Claim;
    readonly text?: string;
    readonly endedAt?: number;
    readonly cached?: boolean;
  } = {},
): Commit & { readonly attempt: AttemptRecord; readonly entry: CacheEntry } {
  const { text = node, endedAt = NOON + 1000, claim } = options;
  const output: Output = { kind: 'fields', fields: { value: artifactOf(text) } };
  const [key, parts, id] = [keyOf(text), partsOf(text), `${runId}/${node}`];
  const done = { status: 'succeeded', key, parts, origin: id, output, attempts: 1, startedAt: NOON, endedAt } as const;
  const entry = { key, step: node, origin: id, originRun: runId, output, parts, createdAt: endedAt, expiresAt: null };
  return {
    stepRun: sampleStep(runId, node, done),
    attempt: sampleAttempt(id, { status: 'succeeded', endedAt }),
    artifacts: [artifactOf(text)],
    entry,
    ...(claim ? { claim } : {}),
  };
}
