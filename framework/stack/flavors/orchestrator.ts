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
      cpu: z
        .number()
        .positive()
        .optional()
        .describe('Processors that steps may ask for; left out: those of the machine'),
      memory: z
        .union([z.number().positive(), z.string()])
        .optional()
        .describe('Memory that steps may ask for, such as 48GiB; left out: that of the machine'),
      gpu: z
        .int()
        .min(0)
        .optional()
        .describe(
          'Graphics processors that steps may ask for; left out: SLUICE_GPUS, else the NVIDIA ones of the machine',
        ),
    }),
    open: EMBEDDED_COMPONENTS.orchestrator,
  }),
];
