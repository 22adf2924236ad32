import type { ComponentKind, ComponentOf } from './component-kind.ts';
import type { FlavorContext } from './flavor.ts';
import { openComponent } from './open-component.ts';
import type { Project } from './project.ts';
import type { StackConfig } from './stack-config.ts';

/** The components of one stack, each opened when it is first asked for. */
export interface OpenedComponents {
  /** The component; the same promise every time. @throws what opening it throws. */
  open<K extends ComponentKind>(kind: K): Promise<ComponentOf[K]>;
  /** Closes what was opened: the tracker first, for it may still tell the stores something; the record last. */
  close(): Promise<void>;
}

const CLOSING_ORDER = ['experiment_tracker', 'artifact_store', 'metadata_store'] as const;

export function openComponents(
  config: StackConfig,
  project: Project,
  onTrackerProblem: (error: unknown) => void = () => {},
  isServer = false,
): OpenedComponents {
  const opening: { [K in ComponentKind]?: Promise<ComponentOf[K]> } = {};
  const context: FlavorContext = {
    projectDir: project.dir,
    home: project.home,
    stackName: config.name,
    metadataStore: () => open('metadata_store'),
    artifactStore: () => open('artifact_store'),
    onTrackerProblem,
    isServer,
  };

  function open<K extends ComponentKind>(kind: K): Promise<ComponentOf[K]> {
    const known: Promise<ComponentOf[K]> | undefined = opening[kind];
    if (known) return known;
    const fresh = openComponent(config, kind, { project, context });
    (opening as Record<K, Promise<ComponentOf[K]>>)[kind] = fresh;
    return fresh;
  }

  return {
    open,
    async close() {
      for (const kind of CLOSING_ORDER) {
        // One that did not open has said so to whoever asked for it, and has nothing to close.
        const component = await opening[kind]?.catch(() => undefined);
        await component?.close();
      }
    },
  };
}
