import type { Artifact } from '../../model/artifact.ts';
import type { RunRecord, StepRunRecord } from '../../model/run.ts';

/** A file or folder that a run's steps put out, and how to name it on the command line. */
export interface ResultFile {
  /** Its own name, else the output field, else the step. */
  readonly label: string;
  readonly size: number;
  /** `RUN:STEP.FIELD`, as `sluice artifacts get` takes it. */
  readonly reference: string;
}

/** Files and folders of the run's result. */
export function filesOf(run: RunRecord, steps: readonly StepRunRecord[]): readonly ResultFile[] {
  const all = steps.flatMap((step) => stepFiles(run, step));
  const wanted = new Set(digestsIn(run.result));
  const inResult = all.filter(({ artifact }) => wanted.has(artifact.digest));
  const seen = new Set<string>();
  return inResult
    .filter(({ artifact }) => !seen.has(artifact.digest) && seen.add(artifact.digest))
    .map(({ artifact, reference, label }) => ({
      label,
      size: artifact.size,
      reference,
    }));
}

interface StepFile {
  readonly artifact: Artifact;
  readonly label: string;
  readonly reference: string;
}

function stepFiles(run: RunRecord, { node, output }: StepRunRecord): StepFile[] {
  if (!output) return [];
  const entries = output.kind === 'value' ? [['', output.value] as const] : Object.entries(output.fields);
  return entries
    .filter(([, { format }]) => format === 'file' || format === 'directory')
    .map(([field, artifact]) => ({
      artifact,
      label: artifact.name ?? (field || node),
      reference: `${run.name}:${field === '' ? node : `${node}.${field}`}`,
    }));
}

function digestsIn(value: unknown): string[] {
  if (value === null || typeof value !== 'object') return [];
  const { digest } = value as { readonly digest?: unknown };
  return typeof digest === 'string' ? [digest] : Object.values(value).flatMap(digestsIn);
}
