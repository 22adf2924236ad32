import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { needProgram } from './find-program.ts';
import { freePort } from './free-port.ts';
import { httpAnswers } from './http-answers.ts';
import type { Service, StartOptions } from './service.ts';
import { serviceFolder } from './service-folder.ts';
import { startServiceProcess } from './service-process.ts';

export interface MlflowService extends Service {
  /** Python of the environment that the server runs in; it has the client library `mlflow`. */
  readonly python: string;
}

/** Where MLflow says that it takes requests. */
export const MLFLOW_HEALTH = '/health';

/**
 * Starts a real MLflow tracking server on SQLite and a folder, artifacts through the server.
 *
 * Its host check lets 127.0.0.1 on any port through without configuration. It takes 10 s to start on a quiet machine, a minute on a busy one.
 */
export async function startMlflow(options: StartOptions = {}): Promise<MlflowService> {
  const folder = serviceFolder('mlflow', options);
  const port = options.port ?? (await freePort());
  const url = `http://127.0.0.1:${port}`;
  const artifacts = join(folder.data, 'artifacts');
  mkdirSync(artifacts, { recursive: true });
  const command = needProgram('mlflow');
  const service = await startServiceProcess({
    name: 'MLflow',
    url,
    port,
    folder,
    command,
    args: [
      'server',
      ...['--host', '127.0.0.1', '--port', String(port), '--workers', '1'],
      ...['--backend-store-uri', `sqlite:///${join(folder.data, 'mlflow.db').replaceAll('\\', '/')}`],
      ...['--artifacts-destination', pathToFileURL(artifacts).href],
    ],
    env: {
      MLFLOW_DISABLE_TELEMETRY: 'true',
      DO_NOT_TRACK: 'true',
      // Its runner of background jobs is a second process of the same size, for features that nobody here uses.
      MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false',
    },
    patience: 300_000,
    answers: () => httpAnswers(`${url}${MLFLOW_HEALTH}`),
  });
  const python = join(command, '..', process.platform === 'win32' ? 'python.exe' : 'python');
  return Object.assign(service, { python });
}
