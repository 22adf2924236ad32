import { z } from 'zod';
import { defineFlavor, type Flavor } from '../flavor.ts';

export const EXPERIMENT_TRACKERS: readonly Flavor<'experiment_tracker'>[] = [
  defineFlavor({
    kind: 'experiment_tracker',
    name: 'local',
    description: "beside the runs, in the stack's own metadata store",
    options: z.strictObject({}),
    async open(_, context) {
      const { localTracker } = await import('../../adapters/trackers/local.ts');
      return localTracker({ metadataStore: await context.metadataStore(), onProblem: context.onTrackerProblem });
    },
  }),
  defineFlavor({
    kind: 'experiment_tracker',
    name: 'none',
    description: 'takes everything and keeps nothing',
    options: z.strictObject({}),
    async open() {
      const { noTracker } = await import('../../adapters/trackers/none.ts');
      return noTracker();
    },
  }),
];
