import { keyDifferences } from '../../cache/explain.ts';
import type { MetadataStore } from '../../components/metadata-store.ts';
import { isPlain } from '../../dag/output-ref.ts';
import type { RunRecord, StepRunRecord } from '../../model/run.ts';
import { isSuccess } from '../../model/status.ts';
import type { Call } from '../commands/command-kit.ts';
import { type DocumentOutput, printDocument } from '../reporters/print-document.ts';
import type { Colors } from '../reporters/terminal.ts';
import { findRun } from '../views/find-run.ts';
import { trackedByStep } from '../views/tracked.ts';
import { withStack } from './with-stack.ts';

/** One thing that is not the same; null where a run has no such thing. */
interface Change {
  readonly name: string;
  readonly before: unknown;
  readonly after: unknown;
}

interface RunDiff {
  readonly a: { readonly id: string; readonly name: string; readonly pipeline: string };
  readonly b: RunDiff['a'];
  readonly params: readonly Change[];
  readonly steps: readonly { readonly node: string; readonly changes: readonly Change[] }[];
  readonly metrics: readonly (Change & { readonly delta: number | null })[];
}

/** `sluice runs diff A B`: only what differs. */
export async function runsDiffVerb({ invocation, args, command }: Call): Promise<undefined> {
  const { output } = command.opts<{ readonly output: DocumentOutput }>();
  const channel = invocation.terminal.out;
  await withStack(invocation, async ({ metadataStore }) => {
    const a = await findRun(metadataStore, args[0] ?? '');
    const b = await findRun(metadataStore, args[1] ?? '');
    const json = await diffRuns(metadataStore, a, b);
    await printDocument({ json, text: () => diffText(json, channel.colors) }, { channel, output });
  });
}

async function diffRuns(store: MetadataStore, a: RunRecord, b: RunRecord): Promise<RunDiff> {
  const [before, after] = await Promise.all([store.stepRuns(a.id), store.stepRuns(b.id)]);
  const [metricsBefore, metricsAfter] = await Promise.all([metricsOf(store, a, before), metricsOf(store, b, after)]);
  const facts = ({ id, name, pipeline }: RunRecord): RunDiff['a'] => ({ id, name, pipeline });
  return {
    a: facts(a),
    b: facts(b),
    params: changes(flatten(a.params), flatten(b.params)),
    steps: diffSteps(before, after),
    metrics: changes(metricsBefore, metricsAfter).map((change) => ({
      ...change,
      delta:
        typeof change.before === 'number' && typeof change.after === 'number' ? change.after - change.before : null,
    })),
  };
}

function diffSteps(before: readonly StepRunRecord[], after: readonly StepRunRecord[]): RunDiff['steps'] {
  const [old, now] = [byNode(before), byNode(after)];
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((node) => {
    const [a, b] = [old.get(node), now.get(node)];
    const status = sameEnding(a, b) ? [] : [{ name: 'status', before: a?.status ?? null, after: b?.status ?? null }];
    const parts = a && b && a.key !== b.key ? keyDifferences(a.parts, b.parts) : [];
    const found = [...status, ...parts.map(({ part, ...change }) => ({ name: part, ...change }))];
    return found.length > 0 ? [{ node, changes: found }] : [];
  });
}

/** Whether a step ran or was a hit is no difference of its result. */
const sameEnding = (a: StepRunRecord | undefined, b: StepRunRecord | undefined): boolean =>
  a?.status === b?.status || (a !== undefined && b !== undefined && isSuccess(a.status) && isSuccess(b.status));

const byNode = (steps: readonly StepRunRecord[]): Map<string, StepRunRecord> =>
  new Map(steps.map((step) => [step.node, step]));

/** `node.metric` → its last value. */
async function metricsOf(
  store: MetadataStore,
  run: RunRecord,
  steps: readonly StepRunRecord[],
): Promise<Map<string, unknown>> {
  const nodes = new Map(steps.map(({ id, node }) => [id, node]));
  const found = new Map<string, unknown>();
  for (const [stepRunId, { metrics }] of trackedByStep(await store.tracked(run.id))) {
    for (const [name, value] of Object.entries(metrics))
      found.set(`${nodes.get(stepRunId) ?? stepRunId}.${name}`, value);
  }
  return found;
}

/** `{ split: { train: 0.8 } }` → `split.train` → 0.8. */
function flatten(value: unknown, at = ''): Map<string, unknown> {
  if (!isPlain(value) || (at !== '' && Object.keys(value).length === 0)) return new Map(at === '' ? [] : [[at, value]]);
  return new Map(
    Object.entries(value).flatMap(([key, inner]) => [...flatten(inner, at === '' ? key : `${at}.${key}`)]),
  );
}

function changes(before: ReadonlyMap<string, unknown>, after: ReadonlyMap<string, unknown>): Change[] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((name) => JSON.stringify(before.get(name)) !== JSON.stringify(after.get(name)))
    .map((name) => ({ name, before: before.get(name) ?? null, after: after.get(name) ?? null }));
}

function diffText({ a, b, params, steps, metrics }: RunDiff, colors: Colors): string[] {
  const shown = (value: unknown): string =>
    typeof value === 'number' ? figure(value) : typeof value === 'string' ? value : JSON.stringify(value);
  const line = ({ name, before, after }: Change, more = ''): string =>
    `  ${name}: ${colors.red(shown(before))} → ${colors.green(shown(after))}${more}`;
  const section = (title: string, lines: readonly string[]): string[] =>
    lines.length > 0 ? [colors.bold(title), ...lines] : [];
  const lines = [
    ...section(
      'parameters',
      params.map((change) => line(change)),
    ),
    ...steps.flatMap(({ node, changes: found }) =>
      section(
        `step ${node}`,
        found.map((change) => line(change)),
      ),
    ),
    ...section(
      'metrics',
      metrics.map((change) => line(change, change.delta === null ? '' : colors.dim(` (${signed(change.delta)})`))),
    ),
  ];
  const title = `${colors.bold(a.name)} → ${colors.bold(b.name)}`;
  return lines.length > 0 ? [title, ...lines] : [title, 'No differences in parameters, keys and metrics.'];
}

const figure = (value: number): string => String(Number(value.toPrecision(6)));
const signed = (value: number): string => `${value > 0 ? '+' : ''}${Number(value.toPrecision(4))}`;
