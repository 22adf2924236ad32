import type { Stack } from '../components/stack.ts';
import { openComponents } from './open-components.ts';
import { findProject, type Project } from './project.ts';
import { activeStackName, readStackConfig, type StackConfig } from './stack-config.ts';

export interface OpenStackOptions {
  /** Default: the project around the current folder. */
  readonly project?: Project;
  /** Default: the active stack. */
  readonly name?: string;
  /** Told when the tracker could not do its work; the run goes on. */
  readonly onTrackerProblem?: (error: unknown) => void;
}

/**
 * The stack of that name with its components opened and its schema up to date.
 * @throws ERR_STACK_NOT_FOUND, ERR_STACK_INVALID, ERR_FLAVOR, ERR_SECRET_…, ERR_STORE_OPEN, ERR_SCHEMA_NEWER.
 */
export async function openStack(options: OpenStackOptions = {}): Promise<Stack> {
  const { project = findProject(process.cwd()), onTrackerProblem = () => {} } = options;
  const name = activeStackName(project, options.name);
  return openAll(await readStackConfig(project, name), project, onTrackerProblem);
}

async function openAll(
  config: StackConfig,
  project: Project,
  onTrackerProblem: (error: unknown) => void,
): Promise<Stack> {
  const { open, close } = openComponents(config, project, onTrackerProblem);
  try {
    const metadataStore = await open('metadata_store');
    await metadataStore.migrate();
    return {
      name: config.name,
      projectDir: project.dir,
      home: project.home,
      metadataStore,
      artifactStore: await open('artifact_store'),
      experimentTracker: await open('experiment_tracker'),
      orchestrator: await open('orchestrator'),
      close,
    };
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
  return { home: project.home, artifactStore: await open('artifact_store'), close };
}
