import type { ArtifactIo } from '../artifacts/artifact-io.ts';
import { type KeyContext, type StepKey, stepKey } from '../cache/cache-key.ts';
import { type CacheUse, type DecideContext, type Decision, decide } from '../cache/decide.ts';
import { type EarlierKeys, earlierKeys, ownEarlierKeys } from '../cache/earlier-keys.ts';
import { type KeepCodeTexts, keepCodeTexts } from '../cache/keep-code-texts.ts';
import type { CodeDigester } from '../code/code-digest.ts';
import type { Stack } from '../components/stack.ts';
import type { PlanNode } from '../dag/plan.ts';
import type { Output } from '../model/artifact.ts';
import type { StepRunRecord } from '../model/run.ts';
import type { StepMethod } from '../model/step-definition.ts';
import { createHistoryReader } from './history-reader.ts';
import { loadArguments } from './load-arguments.ts';
import { projectName } from './project-name.ts';

/** Keys and verdicts of one plan on one stack: the very same for a run and for a dry run. */
export interface StepKeys {
  keyOf(node: PlanNode): Promise<StepKey>;
  /** @param refresh runs the step whatever is stored: its result is known to be damaged. */
  decide(node: PlanNode, key: StepKey, refresh?: boolean): Promise<Decision>;
  /** For a step that runs: its source goes into the record. */
  readonly keepCode: KeepCodeTexts;
}

export interface StepKeysOptions extends CacheUse {
  readonly stack: Pick<Stack, 'name' | 'metadataStore' | 'artifactStore' | 'projectDir'>;
  /** Name of the plan's pipeline. */
  readonly pipeline: string;
  readonly io: ArtifactIo;
  readonly codeDigester: CodeDigester;
  /** Committed output of a node that has ended well. */
  outputOf(node: string): Output;
  /** Step runs of the run that this one resumes, by node. */
  readonly resumed: ReadonlyMap<string, StepRunRecord>;
  readonly resumedFrom: string | undefined;
}

/** As many as one step has tries in an afternoon; what a miss is compared with. */
const EARLIER_RUNS = 20;

export function createStepKeys(options: StepKeysOptions): StepKeys {
  const { stack, io, outputOf, resumed } = options;
  const store = stack.metadataStore;
  const history = createHistoryReader({ store, io });
  const earlier = new Map<string, Promise<EarlierKeys>>();

  const keyContext: KeyContext = {
    codeDigester: options.codeDigester,
    projectDir: stack.projectDir,
    materializers: io.materializers,
    env: process.env,
    scope: () => ({ pipeline: options.pipeline, project: projectName(stack.projectDir), stack: stack.name }),
    outputOf,
    async historyOf(node) {
      const read = node.step.options.inputs?.history as HistoryInput | undefined;
      return read?.(history, ...((await loadArguments(node, { io, outputOf })) as Parameters<StepMethod>));
    },
  };

  return {
    keepCode: keepCodeTexts(store, options.codeDigester),
    keyOf: (node) => stepKey(node, keyContext),
    async decide(node, key, refresh = false) {
      if (refresh && key.key !== null)
        return { verdict: 'miss', reason: 'Its stored result is damaged.', differences: [] };
      const context: DecideContext = {
        cache: options.cache,
        refresh: options.refresh,
        store,
        storeLocation: stack.artifactStore.location,
        io,
        now: Date.now(),
        resumed: (id) => resumed.get(id),
        // Once a step name and run: what this run adds itself is no news to compare with.
        async earlierKeys({ id, step: { name: step } }) {
          const { pipeline, resumedFrom = null } = options;
          const reading = earlier.get(step) ?? earlierKeys(store, { step, pipeline, limit: EARLIER_RUNS });
          earlier.set(step, reading);
          const known = await reading;
          return { ...known, own: await ownEarlierKeys(store, known.keys, { node: id, resumedFrom }) };
        },
      };
      return decide(node, key, context);
    },
  };
}

type HistoryInput = (reader: ReturnType<typeof createHistoryReader>, ...args: never[]) => Promise<unknown>;
