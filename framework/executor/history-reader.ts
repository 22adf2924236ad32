import type { ArtifactIo } from '../artifacts/artifact-io.ts';
import type { MetadataStore } from '../components/metadata-store.ts';
import type { Artifact, Output } from '../model/artifact.ts';
import type { StepRunRecord } from '../model/run.ts';
import type { HistoryEntry, HistoryReader } from '../model/step-definition.ts';

const LATEST = 200;

/** Earlier results, for a declared `history` input. An output that is one value is the field `value`. */
export function createHistoryReader(options: {
  readonly store: Pick<MetadataStore, 'recentStepRuns' | 'listRuns' | 'findRun'>;
  readonly io: Pick<ArtifactIo, 'loadArtifact'>;
}): HistoryReader {
  const { store, io } = options;
  const names = new Map<string, string>();

  async function nameRuns(ids: readonly string[]): Promise<void> {
    if (ids.some((id) => !names.has(id))) {
      const { items } = await store.listRuns({ limit: LATEST });
      for (const { id, name } of items) names.set(id, name);
    }
    for (const id of ids) if (!names.has(id)) names.set(id, (await store.findRun(id))?.name ?? id);
  }

  const entryOf = ({ runId, endedAt, output }: StepRunRecord & { readonly output: Output }): HistoryEntry => {
    const artifacts: Readonly<Record<string, Artifact>> =
      output.kind === 'fields' ? output.fields : { value: output.value };
    return {
      runId,
      runName: names.get(runId) ?? runId,
      endedAt: endedAt ?? 0,
      digests: Object.fromEntries(Object.entries(artifacts).map(([field, { digest }]) => [field, digest])),
      load: async (field) => (Object.hasOwn(artifacts, field) ? io.loadArtifact(artifacts[field]!) : undefined),
    };
  };

  return {
    async outputsOf(step) {
      const recent = await store.recentStepRuns(step, { status: ['succeeded'], limit: LATEST });
      const withOutput = recent.flatMap((record) => (record.output ? [{ ...record, output: record.output }] : []));
      await nameRuns([...new Set(withOutput.map(({ runId }) => runId))]);
      return withOutput.reverse().map(entryOf);
    },
  };
}
