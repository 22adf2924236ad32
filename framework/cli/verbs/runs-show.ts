import type { MetadataStore, TrackerEntry } from '../../components/metadata-store.ts';
import { mapLimited } from '../../hashing/map-limited.ts';
import { artifactsOf } from '../../model/artifact.ts';
import type { GitState, RunEnvironment, Usage } from '../../model/recording.ts';
import type { RunRecord, StepRunRecord } from '../../model/run.ts';
import type { Call } from '../commands/command-kit.ts';
import { durationBetween, durationText } from '../format/duration.ts';
import { relativeTime } from '../format/relative-time.ts';
import { sizeText } from '../format/size.ts';
import { padEnd } from '../format/width.ts';
import { type DocumentOutput, printDocument } from '../reporters/print-document.ts';
import { statusColor, statusMark } from '../reporters/status-mark.ts';
import type { Colors } from '../reporters/terminal.ts';
import { findRun } from '../views/find-run.ts';
import { attemptJson, runReport } from '../views/run-json.ts';
import { type Tracked, trackedByStep } from '../views/tracked.ts';
import { withStack } from './with-stack.ts';

/** `sluice runs show RUN` */
export async function runsShowVerb({ invocation, args, command }: Call): Promise<undefined> {
  const { output } = command.opts<{ readonly output: DocumentOutput }>();
  const channel = invocation.terminal.out;
  await withStack(invocation, async ({ metadataStore }) => {
    const run = await findRun(metadataStore, args[0] ?? 'latest');
    const steps = await metadataStore.stepRuns(run.id);
    const tracked = trackedByStep(await metadataStore.tracked(run.id));
    const report = runReport(run, steps);
    const tries = await triesOf(metadataStore, steps);
    const json = {
      ...report,
      run: { ...report.run, code: (await metadataStore.codeState(run.id)) ?? null },
      steps: report.steps.map((step) => ({
        ...step,
        tries: tries.get(step.id) ?? [],
        ...(tracked.get(step.id) ?? trackedNothing()),
      })),
    };
    await printDocument({ json, text: () => runText(run, steps, tracked, channel.colors) }, { channel, output });
  });
}

/** Each try of the steps that took more than one: of the others the step run says it all. */
async function triesOf(
  store: Pick<MetadataStore, 'attempts'>,
  steps: readonly StepRunRecord[],
): Promise<ReadonlyMap<string, readonly ReturnType<typeof attemptJson>[]>> {
  const several = steps.filter(({ attempts }) => attempts > 1);
  const lists = await mapLimited(several, PARALLEL, async ({ id }) => {
    return [id, (await store.attempts(id)).map(attemptJson)] as const;
  });
  return new Map(lists);
}

const PARALLEL = 8;

const trackedNothing = (): Tracked => ({ params: {}, metrics: {}, tags: {}, artifacts: {}, datasets: {} });

function runText(
  run: RunRecord,
  steps: readonly StepRunRecord[],
  tracked: ReadonlyMap<string, Tracked>,
  colors: Colors,
): string[] {
  const took = durationText(durationBetween(run.startedAt, run.endedAt));
  const facts: [string, string][] = [
    ['run', `${colors.bold(run.name)} ${colors.dim(run.id)}`],
    ['pipeline', `${run.pipeline} ${colors.dim(run.source)}`],
    ['status', `${statusMark(run.status, colors)} ${statusColor(run.status, colors)(run.status)}`],
    ['started', `${relativeTime(run.startedAt, Date.now())}, took ${took}`],
    ['stack', run.stack],
    ...(run.tags.length > 0 ? ([['tags', run.tags.join(' ')]] as [string, string][]) : []),
    ...(run.resumedFrom ? ([['resumes', run.resumedFrom]] as [string, string][]) : []),
    ['params', JSON.stringify(run.params)],
    ...(run.git ? ([['code', gitText(run.git)]] as [string, string][]) : []),
    ...(run.environment ? ([['on', environmentText(run.environment)]] as [string, string][]) : []),
    ...(run.notes ? ([['notes', run.notes.replaceAll('\n', `\n${' '.repeat(10)}`)]] as [string, string][]) : []),
  ];
  return [
    ...facts.map(([name, text]) => `${colors.dim(name.padEnd(9))} ${text}`),
    '',
    ...steps.flatMap((step) => stepText(step, tracked.get(step.id), widthOfNodes(steps), colors)),
    ...hookText(run, colors),
    ...(run.error ? ['', `${colors.red(run.error.code)} ${run.error.message}`] : []),
    ...(run.result === null || run.result === undefined
      ? []
      : ['', `${colors.dim('result')} ${resultText(run.result)}`]),
  ];
}

const gitText = ({ commit, branch, dirty }: GitState): string =>
  `${commit.slice(0, 10)}${branch === null ? '' : ` on ${branch}`}${dirty ? ', with uncommitted changes' : ''}`;

const environmentText = ({ host, platform, arch, cpus, memoryBytes, node, sluice }: RunEnvironment): string =>
  `${host} (${platform} ${arch}, ${cpus} cpus, ${sizeText(memoryBytes)}), Node ${node}, Sluice ${sluice}`;

const usageText = ({ cpuMs, peakMemoryBytes, isShared }: Usage): string =>
  `${durationText(cpuMs)} cpu, ${sizeText(peakMemoryBytes)} memory${isShared ? ' (of the whole process)' : ''}`;

const hookText = ({ hookFailures }: Pick<RunRecord, 'hookFailures'>, colors: Colors): string[] =>
  (hookFailures ?? []).map(({ hook, error }) => `    ${colors.yellow(`${hook} failed:`)} ${error.message}`);

const widthOfNodes = (steps: readonly StepRunRecord[]): number =>
  Math.min(32, Math.max(0, ...steps.map(({ node }) => node.length)));

function stepText(step: StepRunRecord, tracked: Tracked | undefined, width: number, colors: Colors): string[] {
  const mark = statusMark(step.status, colors);
  const status = statusColor(step.status, colors)(step.status.padEnd(9));
  const took = durationText(durationBetween(step.startedAt, step.endedAt)).padStart(12);
  const tries = step.attempts > 1 ? ` (${step.attempts} attempts)` : '';
  const lines = [`${mark} ${padEnd(step.node, width)}  ${status} ${took}${tries}  ${colors.dim(step.reason ?? '')}`];
  const detail = (name: string, text: string): void => {
    if (text !== '') lines.push(`    ${colors.dim(name.padEnd(8))} ${text}`);
  };
  detail('params', pairs(tracked?.params ?? {}));
  detail('metrics', pairs(tracked?.metrics ?? {}));
  detail('tags', pairs(tracked?.tags ?? {}));
  detail('output', outputText(step));
  detail('used', step.usage && isWorthSaying(step) ? usageText(step.usage) : '');
  lines.push(...hookText(step, colors));
  if (step.error) {
    lines.push(`    ${colors.red(step.error.code)} ${step.error.message}`);
    if (step.error.stack) lines.push(...step.error.stack.split('\n').map((line) => colors.dim(`      ${line.trim()}`)));
  }
  return lines;
}

/** Below this the figures are mostly the engine's own. */
const LONG_MS = 1000;
const isWorthSaying = ({ startedAt, endedAt }: StepRunRecord): boolean =>
  (durationBetween(startedAt, endedAt) ?? 0) >= LONG_MS;

const pairs = (values: Readonly<Record<string, TrackerValue>>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name}=${typeof value === 'number' ? Number(value.toPrecision(5)) : value}`)
    .join('  ');

type TrackerValue = Extract<TrackerEntry, { kind: 'param' | 'metric' | 'tag' }>['value'];

function outputText({ output }: StepRunRecord): string {
  if (!output) return '';
  const described = output.kind === 'value' ? ['value'] : Object.keys(output.fields);
  const artifacts = artifactsOf(output);
  return described
    .map((field, i) => {
      const artifact = artifacts[i];
      return artifact ? `${field} (${artifact.name ?? artifact.format}, ${sizeText(artifact.size)})` : field;
    })
    .join(', ');
}

function resultText(result: unknown): string {
  const text = JSON.stringify(result);
  return text.length > 2000 ? `${text.slice(0, 2000)} … (--output json has all of it)` : text;
}
