import { codeDifferences } from '../../cache/code-differences.ts';
import type { MetadataStore } from '../../components/metadata-store.ts';
import { shortDigest } from '../../hashing/digest.ts';
import type { KeyPart } from '../../model/key-part.ts';
import type { RunRecord, StepRunRecord } from '../../model/run.ts';
import type { Comparison } from '../api/comparison.ts';
import { durationOf } from './iso-time.ts';

type ComparedStep = Comparison['steps'][number];

const MOST_STEPS = 300;

/** Of each step of these runs its state, how long it took, and the parts of its key that are not the same everywhere. */
export async function compareSteps(store: MetadataStore, runs: readonly RunRecord[]): Promise<readonly ComparedStep[]> {
  const columns = await Promise.all(
    runs.map(async ({ id }) => new Map((await store.stepRuns(id)).map((step) => [step.node, step]))),
  );
  const nodes = [...new Set(columns.flatMap((column) => [...column.keys()]))].slice(0, MOST_STEPS);
  return Promise.all(
    nodes.map((node) =>
      comparedStep(
        store,
        node,
        columns.map((column) => column.get(node)),
      ),
    ),
  );
}

async function comparedStep(
  store: MetadataStore,
  node: string,
  steps: readonly (StepRunRecord | undefined)[],
): Promise<ComparedStep> {
  const parts = steps.map((step) => new Map((step?.parts ?? []).map((part) => [part.part, part])));
  // A step that never came to its key has no parts, which says nothing about them.
  const keyed = parts.filter((one) => one.size > 0);
  const names = [...new Set(keyed.flatMap((one) => [...one.keys()]))].filter(
    (name) => new Set(keyed.map((one) => one.get(name)?.digest)).size > 1,
  );
  const named = names.some((name) => /^(code .|package |node$)/.test(name));
  const shown = named ? names.filter((name) => name !== 'code') : names;
  return {
    node,
    status: steps.map((step) => step?.status ?? null),
    durationMs: steps.map((step) => (step ? durationOf(step.startedAt, step.endedAt, step.startedAt ?? 0) : null)),
    parts: await Promise.all(
      shown.map(async (part) => ({
        part,
        values: displays(parts.map((one) => one.get(part))),
        code: await codeDiff(store, part, keyed),
      })),
    ),
  };
}

/** Texts that are alike although the values are not are told apart by their digests. */
function displays(parts: readonly (KeyPart | undefined)[]): readonly (string | null)[] {
  const texts = parts.map((part) => part?.display ?? null);
  const digests = new Set(parts.map((part) => part?.digest));
  if (new Set(texts).size === digests.size) return texts;
  return parts.map((part) => (part ? `${part.display} (${shortDigest(part.digest)})` : null));
}

/** From the first of the runs to the first one that has another text. */
async function codeDiff(
  store: MetadataStore,
  part: string,
  [first, ...others]: readonly ReadonlyMap<string, KeyPart>[],
): Promise<ComparedStep['parts'][number]['code']> {
  if (!part.startsWith('code ')) return null;
  const before = first?.get(part);
  const after = others.map((one) => one.get(part)).find((one) => one?.digest !== before?.digest);
  const difference = { part, before: before?.display ?? null, after: after?.display ?? null };
  const keys = { before: before ? [before] : [], after: after ? [after] : [] };
  const [explained] = await codeDifferences(store, [difference], keys);
  return explained?.code ? { ...explained.code, symbol: explained.code.symbol ?? '' } : null;
}
