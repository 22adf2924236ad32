import type { Stack } from '../components/stack.ts';
import type { ComponentKind } from './component-kind.ts';
import type { FlavorContext } from './flavor.ts';
import { openComponent } from './open-component.ts';
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
  const config = await readStackConfig(project, name);
  return openComponents(config, project, onTrackerProblem);
}

async function openComponents(
  config: StackConfig,
  project: Project,
  onTrackerProblem: (error: unknown) => void,
): Promise<Stack> {
  const context: FlavorContext = {
    projectDir: project.dir,
    home: project.home,
    stackName: config.name,
    metadataStore: async () => metadataStore,
    artifactStore: async () => artifactStore,
    onTrackerProblem,
  };
  const open = <K extends ComponentKind>(kind: K) => openComponent(config, kind, { project, context });
  const metadataStore = await open('metadata_store');
  let artifactStore: Stack['artifactStore'];
  try {
    await metadataStore.migrate();
    artifactStore = await open('artifact_store');
    const experimentTracker = await open('experiment_tracker');
    return {
      name: config.name,
      projectDir: project.dir,
      home: project.home,
      metadataStore,
      artifactStore,
      experimentTracker,
      orchestrator: await open('orchestrator'),
      async close() {
        await experimentTracker.close();
        await artifactStore.close();
        await metadataStore.close();
      },
    };
  } catch (error) {
    await metadataStore.close();
    throw error;
  }
}

/** What a worker process needs of a stack: the artifact store only, for its parent keeps the record. */
export async function openWorkerStack(
  project: Project,
  name: string,
): Promise<Pick<Stack, 'artifactStore' | 'home' | 'close'>> {
  const config = await readStackConfig(project, name);
  const refuse = async (): Promise<never> => {
    throw new Error('A worker process opens its artifact store alone.');
  };
  const context: FlavorContext = {
    projectDir: project.dir,
    home: project.home,
    stackName: name,
    metadataStore: refuse,
    artifactStore: refuse,
    onTrackerProblem: () => {},
  };
  const artifactStore = await openComponent(config, 'artifact_store', { project, context });
  return { home: project.home, artifactStore, close: () => artifactStore.close() };
}
