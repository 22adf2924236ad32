import { z } from 'zod';
import { defineFlavor, type Flavor } from '../flavor.ts';
import { EMBEDDED_COMPONENTS } from '../open-embedded.ts';

export const ORCHESTRATORS: readonly Flavor<'orchestrator'>[] = [
  defineFlavor({
    kind: 'orchestrator',
    name: 'local',
    description: 'steps run on this machine, inline or in processes of their own',
    options: z.strictObject({
      maxParallel: z.int().positive().optional().describe('Steps at the same time; left out: the number of cores'),
    }),
    open: EMBEDDED_COMPONENTS.orchestrator,
  }),
];
