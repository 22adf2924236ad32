import { randomUUID } from 'node:crypto';
import type { ComponentCheck } from '../../../components/component-check.ts';
import type { BacklogStatus } from '../../../components/experiment-tracker.ts';
import { artifactFolder, type MlflowClient } from './mlflow-client.ts';

const LEAST_MAJOR = 2;
/** Curves are drawn over this machine's times. The answer's own clock has whole seconds. */
const MOST_SKEW_MS = 30_000;

export interface MlflowChecksOptions {
  readonly client: MlflowClient;
  readonly experiment: string | undefined;
  readonly backlog: () => Promise<BacklogStatus>;
}

/** What can go wrong with an MLflow server, from the nearest to the farthest. */
export function mlflowChecks({ client, experiment, backlog }: MlflowChecksOptions): readonly ComponentCheck[] {
  const { uri } = client;
  return [
    {
      check: 'reachable',
      async run() {
        await client.health();
        return uri;
      },
      hint: `Is an MLflow server running at ${uri}? Set its address with the option uri. Runs go on without it: entries wait on disk.`,
    },
    {
      check: 'credentials',
      async run() {
        await client.searchExperiments();
        return 'accepted';
      },
      hint: 'Set the options token, or username and password, to what the server asks for.',
    },
    {
      check: 'version',
      async run() {
        const version = String((await client.version()).json).trim();
        if (Number.parseInt(version, 10) >= LEAST_MAJOR) return `MLflow ${version}`;
        throw new Error(`this is MLflow ${version}`);
      },
      hint: `Sluice needs MLflow ${LEAST_MAJOR} or newer; a server that knows its users tells its version to those alone.`,
    },
    {
      check: 'rights',
      run: () => tryRun(client, experiment),
      hint: 'This user must be allowed to make, change and delete runs in the experiment.',
      ...(experiment !== undefined && {
        async fix() {
          if (await client.findExperiment(experiment)) return `experiment ${experiment} exists`;
          await client.createExperiment(experiment);
          return `experiment ${experiment} was made`;
        },
      }),
    },
    {
      check: 'clock',
      async run() {
        const { headers } = await client.health();
        const { date } = headers;
        if (date === undefined) return 'the server does not tell its time';
        const skew = Date.now() - Date.parse(date);
        if (Math.abs(skew) > MOST_SKEW_MS) throw new Error(`this machine is ${Math.round(skew / 1000)} s ahead of it`);
        return `within ${Math.max(1, Math.round(Math.abs(skew) / 1000))} s`;
      },
      hint: 'Set both clocks by a time server: the points of a curve carry the time of this machine.',
    },
    {
      check: 'backlog',
      async run() {
        const { waiting, refused, runs, refusedFile } = await backlog();
        if (refused > 0) throw new Error(`the server refused ${refused} entries: ${refusedFile}`);
        return waiting === 0 ? 'nothing waits' : `${waiting} entries of ${runs.length} runs wait: sluice tracker sync`;
      },
      hint: 'The file says why, line by line. Remove it when you have seen it.',
    },
  ];
}

/** Makes a run, writes to it, deletes it. Without an experiment of a set name, the default one is tried: those of pipelines come with their runs. */
async function tryRun(client: MlflowClient, name: string | undefined): Promise<string> {
  const found = await client.findExperiment(name ?? 'Default');
  if (!found)
    return name === undefined ? 'not tried: no experiment yet' : `experiment ${name} comes with the first run`;
  if (found.isDeleted) throw new Error(`experiment ${name ?? 'Default'} was deleted`);
  const run = await client.createRun({
    experimentId: found.id,
    name: `sluice doctor ${randomUUID().slice(0, 8)}`,
    user: 'sluice doctor',
    startedAt: Date.now(),
    tags: {},
  });
  try {
    await client.logBatch(run.runId, {
      params: [{ key: 'doctor', value: 'true' }],
      metrics: [{ key: 'doctor', value: 1, timestamp: Date.now(), step: 0 }],
      tags: [],
    });
    await client.updateRun(run.runId, { status: 'FINISHED', endedAt: Date.now() });
  } finally {
    await client.deleteRun(run.runId);
  }
  const files =
    artifactFolder(run.artifactUri) === undefined ? '; files are not taken by this server: tags name them' : '';
  return `a run made, written to and deleted${files}`;
}
