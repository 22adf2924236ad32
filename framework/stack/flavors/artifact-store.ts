import { join } from 'node:path';
import { z } from 'zod';
import { defineFlavor, type Flavor, inProject } from '../flavor.ts';

export const ARTIFACT_STORES: readonly Flavor<'artifact_store'>[] = [
  defineFlavor({
    kind: 'artifact_store',
    name: 'local',
    description: 'a content-addressed folder on this machine, or on a share that several machines mount',
    options: z.strictObject({
      path: z.string().min(1).optional().describe('Folder, counted from the project; left out: .sluice/artifacts'),
    }),
    async open({ path }, context) {
      const { localArtifactStore } = await import('../../adapters/artifact-stores/local.ts');
      return localArtifactStore({ path: path ? inProject(path, context) : join(context.home, 'artifacts') });
    },
  }),
  defineFlavor({
    kind: 'artifact_store',
    name: 'memory',
    description: "this process's memory, gone with it: for tests",
    options: z.strictObject({}),
    async open() {
      const { memoryArtifactStore } = await import('../../adapters/artifact-stores/memory.ts');
      return memoryArtifactStore();
    },
  }),
];
