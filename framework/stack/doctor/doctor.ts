import type { ComponentKind, ComponentOf } from '../component-kind.ts';
import { COMPONENT_KINDS } from '../component-kind.ts';
import { type OpenedComponents, openComponents } from '../open-components.ts';
import type { Project } from '../project.ts';
import { activeStackName, readStackConfig, type StackConfig } from '../stack-config.ts';
import { artifactTrials, metadataTrials, trackerTrials } from './component-trials.ts';
import { type DoctorCheck, type Trial, tried } from './doctor-check.ts';
import { machineTrials } from './machine-trials.ts';

export interface DoctorOptions {
  readonly project: Project;
  /** Default: the active stack. */
  readonly stack?: string | undefined;
  /** Puts right what can be put right without destroying anything. */
  readonly fix?: boolean;
  /** Also Node, native packages and space. */
  readonly machine?: boolean;
}

/**
 * Tries everything a run of this stack needs, for real: writes, reads, removes. Each component is opened by itself, so that a broken one does not hide
 * the others. Nothing it wrote stays.
 */
export async function doctor(options: DoctorOptions): Promise<readonly DoctorCheck[]> {
  const { project, fix = false, machine = true } = options;
  const name = activeStackName(project, options.stack);
  const checks: DoctorCheck[] = [];
  const tryAll = async (trials: readonly Trial[]): Promise<void> => void checks.push(...(await tryEach(trials, fix)));
  if (machine) await tryAll(machineTrials(project.home));
  let config: StackConfig | undefined;
  const read = async (): Promise<string> => {
    config = await readStackConfig(project, name);
    const { components } = config;
    return COMPONENT_KINDS.map((kind) => `${kind} ${components[kind].flavor}`).join(', ');
  };
  await tryAll([
    {
      subject: `stack ${name}`,
      check: 'is read',
      run: read,
      hint: 'stacks/README.md lists what a stack file may say.',
    },
  ]);
  if (!config) return checks;
  const opened = openComponents(config, project);
  try {
    for (const kind of COMPONENT_KINDS) {
      const trial = openTrial(kind, config, opened);
      const before = checks.length;
      await tryAll([trial]);
      if (checks[before]?.ok) await tryAll(trialsOf(kind, await opened.open(kind)));
    }
    return checks;
  } finally {
    await opened.close();
  }
}

/** In order. What failed before something else of the same component was put right is tried once more: that may have been the reason. */
async function tryEach(trials: readonly Trial[], fix: boolean): Promise<readonly DoctorCheck[]> {
  const checks: DoctorCheck[] = [];
  for (const trial of trials) {
    const silent = checks.find(({ unreachable }) => unreachable);
    checks.push(silent ? notTried(trial, silent) : await tried(trial, { fix }));
  }
  const lastFix = checks.findLastIndex(({ fixed }) => fixed !== undefined);
  for (const [i, trial] of trials.slice(0, Math.max(0, lastFix)).entries()) {
    if (!checks[i]?.ok) checks[i] = await tried(trial);
  }
  return checks;
}

/** A server that does not answer is asked once, not once for each thing that it could have answered. */
const notTried = ({ subject, check }: Trial, { hint }: DoctorCheck): DoctorCheck => ({
  subject,
  check,
  ok: false,
  detail: 'not tried: nothing answers',
  ...(hint !== undefined && { hint }),
  ms: 0,
});

function openTrial(kind: ComponentKind, config: StackConfig, opened: OpenedComponents): Trial {
  const { flavor, name } = config.components[kind];
  return {
    subject: kind,
    check: 'opens',
    run: async () => {
      await opened.open(kind);
      return name === undefined ? flavor : `${name}, ${flavor}`;
    },
    hint: `sluice stack describe ${config.name} shows its options; sluice stack up ${config.name} starts its services.`,
  };
}

function trialsOf<K extends ComponentKind>(kind: K, component: ComponentOf[K]): readonly Trial[] {
  const trials: { readonly [T in ComponentKind]: (opened: ComponentOf[T]) => readonly Trial[] } = {
    orchestrator: () => [],
    artifact_store: artifactTrials,
    metadata_store: metadataTrials,
    experiment_tracker: trackerTrials,
  };
  return trials[kind](component);
}
