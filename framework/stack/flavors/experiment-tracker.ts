import { z } from 'zod';
import { defineFlavor, type Flavor } from '../flavor.ts';
import { EMBEDDED_COMPONENTS } from '../open-embedded.ts';
import { SERVER_COMPONENTS } from '../open-servers.ts';

const MlflowOptions = z.strictObject({
  uri: z
    .url({ protocol: /^https?$/ })
    .refine(
      (uri) => !URL.canParse(uri) || new URL(uri).username === '',
      'give credentials by username and password, not in the address',
    )
    .describe('Address of the tracking server: http://127.0.0.1:5000'),
  experiment: z
    .string()
    .min(1)
    .optional()
    .describe('Experiment of all runs. Default: one for each pipeline, by its name'),
  username: z.string().optional().describe('For basic authentication'),
  password: z.string().optional().meta({ secret: true }).describe('For basic authentication'),
  token: z.string().optional().meta({ secret: true }).describe('For bearer authentication; comes before username'),
  nested: z
    .enum(['parallel', 'all', 'none'])
    .default('parallel')
    .describe('Steps with a nested run of their own: those that are repeated or run beside another one, all, or none'),
  timeoutMs: z.int().positive().default(5000).describe('Milliseconds that the server may take for an answer'),
  waitMs: z
    .int()
    .nonnegative()
    .default(3000)
    .describe(
      'Milliseconds that the end of a run waits for entries to arrive; a process of its own delivers what is left',
    ),
});

export const EXPERIMENT_TRACKERS: readonly Flavor<'experiment_tracker'>[] = [
  defineFlavor({
    kind: 'experiment_tracker',
    name: 'local',
    description: "beside the runs, in the stack's own metadata store",
    options: z.strictObject({}),
    open: EMBEDDED_COMPONENTS.experiment_tracker,
  }),
  defineFlavor({
    kind: 'experiment_tracker',
    name: 'none',
    description: 'takes everything and keeps nothing',
    options: z.strictObject({}),
    ...SERVER_COMPONENTS.experiment_tracker.none,
  }),
  defineFlavor({
    kind: 'experiment_tracker',
    name: 'console',
    description: 'one line for each entry on standard error, and beside the runs',
    options: z.strictObject({}),
    async open(_, context) {
      const { consoleTracker } = await import('../../adapters/trackers/console.ts');
      const metadataStore = await context.metadataStore();
      return consoleTracker({ metadataStore, stream: process.stderr, onProblem: context.onTrackerProblem });
    },
  }),
  defineFlavor({
    kind: 'experiment_tracker',
    name: 'mlflow',
    description: 'an MLflow server, 2.0 or newer; entries wait on disk while it is down',
    services: ['mlflow'],
    options: MlflowOptions,
    ...SERVER_COMPONENTS.experiment_tracker.mlflow,
  }),
];
