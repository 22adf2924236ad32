import { randomUUID } from 'node:crypto';
import { sha256 } from '../../hashing/digest.ts';
import { secretValues } from '../../secret-values.ts';
import { COMPONENT_KINDS, type ComponentKind } from '../component-kind.ts';
import { findFlavor } from '../find-flavor.ts';
import { type OpenedComponents, openComponents } from '../open-components.ts';
import type { Project } from '../project.ts';
import type { StackConfig } from '../stack-config.ts';

/** Whether a component of a stack answers right now. */
export interface ComponentStatus {
  readonly kind: ComponentKind;
  readonly flavor: string;
  /** Services of docker-compose.yml that it needs; none for one that is embedded. */
  readonly services: readonly string[];
  readonly answers: boolean;
  /** What it said, or why it does not answer. */
  readonly detail: string;
}

/** Asks each component of a stack once, all at the same time. @param patienceMs how long one may take. */
export async function componentStatus(
  config: StackConfig,
  project: Project,
  patienceMs: number,
): Promise<readonly ComponentStatus[]> {
  const opened = openComponents(config, project);
  try {
    return await Promise.all(COMPONENT_KINDS.map((kind) => statusOf(kind, { config, project, opened, patienceMs })));
  } finally {
    await opened.close();
  }
}

interface Asked {
  readonly config: StackConfig;
  readonly project: Project;
  readonly opened: OpenedComponents;
  readonly patienceMs: number;
}

async function statusOf(kind: ComponentKind, asked: Asked): Promise<ComponentStatus> {
  const { config, project, opened, patienceMs } = asked;
  const { flavor } = config.components[kind];
  let services: readonly string[] = [];
  try {
    services = (await findFlavor(kind, flavor, project)).services ?? [];
    const detail = await within(patienceMs, ASK[kind](opened));
    return { kind, flavor, services, answers: true, detail };
  } catch (error) {
    const detail = secretValues.mask(error instanceof Error ? error.message || error.name : String(error));
    return { kind, flavor, services, answers: false, detail };
  }
}

/** The lightest question that only a working component answers. */
const ASK: Readonly<Record<ComponentKind, (opened: OpenedComponents) => Promise<string>>> = {
  orchestrator: async (opened) => `${(await opened.open('orchestrator')).maxParallel} steps at a time`,
  artifact_store: async (opened) => {
    const store = await opened.open('artifact_store');
    await store.has(sha256(randomUUID()));
    return store.location;
  },
  metadata_store: async (opened) => {
    const store = await opened.open('metadata_store');
    // A new database has no version yet; migrating is what every command would do next.
    await store.migrate();
    return store.location;
  },
  experiment_tracker: async (opened) => {
    const tracker = await opened.open('experiment_tracker');
    const [first] = tracker.checks();
    return first ? await first.run() : tracker.flavor;
  },
};

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new Error(`no answer within ${ms / 1000} s`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
