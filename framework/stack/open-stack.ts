import { join } from 'node:path';
import type { MetadataStore } from '../components/metadata-store.ts';
import type { Stack } from '../components/stack.ts';
import { rememberDigestsIn } from '../hashing/known-digests.ts';
import { type OpenedComponents, openComponents } from './open-components.ts';
import { findProject, type Project } from './project.ts';
import { activeStackName, readStackConfig, type StackConfig } from './stack-config.ts';

export interface OpenStackOptions {
  /** Default: the project around the current folder. */
  readonly project?: Project;
  /** Default: the active stack. */
  readonly name?: string;
  /** Told when the tracker could not do its work; the run goes on. */
  readonly onTrackerProblem?: (error: unknown) => void;
  /** This process answers people meanwhile: nothing that waits may hold its thread up. */
  readonly isServer?: boolean;
}

/**
 * The stack of that name with its components opened and its schema up to date.
 * @throws ERR_STACK_NOT_FOUND, ERR_STACK_INVALID, ERR_FLAVOR, ERR_SECRET_…, ERR_STORE_OPEN, ERR_SCHEMA_NEWER.
 */
export async function openStack(options: OpenStackOptions = {}): Promise<Stack> {
  const { project = findProject(process.cwd()), onTrackerProblem, isServer } = options;
  const config = await readStackConfig(project, activeStackName(project, options.name));
  return openAll(config, project, openComponents(config, project, onTrackerProblem, isServer));
}

async function openAll(config: StackConfig, project: Project, { open, close }: OpenedComponents): Promise<Stack> {
  rememberDigestsIn(digestFolder(project));
  try {
    // At the same time: each of them may wait for a server.
    const [metadataStore, artifactStore, experimentTracker, orchestrator] = await Promise.all([
      open('metadata_store').then(migrated),
      open('artifact_store'),
      open('experiment_tracker'),
      open('orchestrator'),
    ]);
    return {
      name: config.name,
      projectDir: project.dir,
      home: project.home,
      metadataStore,
      artifactStore,
      experimentTracker,
      orchestrator,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

const digestFolder = ({ home }: Project): string => join(home, 'cache', 'digests');

async function migrated(store: MetadataStore): Promise<MetadataStore> {
  await store.migrate();
  return store;
}

/** A stack's tracker, with nothing that it does not ask for itself. */
export async function openTracker(
  options: OpenStackOptions = {},
): Promise<Pick<Stack, 'name' | 'experimentTracker' | 'close'>> {
  const { project = findProject(process.cwd()), onTrackerProblem } = options;
  const config = await readStackConfig(project, activeStackName(project, options.name));
  const { open, close } = openComponents(config, project, onTrackerProblem);
  try {
    return { name: config.name, experimentTracker: await open('experiment_tracker'), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What a worker process needs of a stack: the artifact store only, for its parent keeps the record. */
export async function openWorkerStack(
  project: Project,
  name: string,
): Promise<Pick<Stack, 'artifactStore' | 'home' | 'close'>> {
  const { open, close } = openComponents(await readStackConfig(project, name), project);
  rememberDigestsIn(digestFolder(project));
  return { home: project.home, artifactStore: await open('artifact_store'), close };
}
