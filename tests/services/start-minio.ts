import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { needProgram } from './find-program.ts';
import { freePort } from './free-port.ts';
import { httpAnswers } from './http-answers.ts';
import type { Service, StartOptions } from './service.ts';
import { serviceFolder } from './service-folder.ts';
import { startServiceProcess } from './service-process.ts';

export interface MinioService extends Service {
  /** `http://127.0.0.1:PORT`, without the credentials that `url` holds. */
  readonly endpoint: string;
  readonly accessKey: string;
  readonly secretKey: string;
}

const ACCESS_KEY = 'sluice';

/** Where MinIO says that it takes requests. */
export const MINIO_HEALTH = '/minio/health/ready';

/** Starts a real MinIO on one folder; its root user is `accessKey` and `secretKey`. */
export async function startMinio(options: StartOptions = {}): Promise<MinioService> {
  const folder = serviceFolder('minio', options);
  const [port, console] = [options.port ?? (await freePort()), await freePort()];
  mkdirSync(folder.data, { recursive: true });
  const endpoint = `http://127.0.0.1:${port}`;
  const service = await startServiceProcess({
    name: 'MinIO',
    url: `http://${ACCESS_KEY}:${folder.password}@127.0.0.1:${port}`,
    port,
    folder,
    command: needProgram('minio'),
    args: [
      'server',
      folder.data,
      ...['--address', `127.0.0.1:${port}`, '--console-address', `127.0.0.1:${console}`],
      // Else it makes a folder for certificates in the user's home.
      ...['--certs-dir', join(folder.path, 'certificates')],
    ],
    env: {
      MINIO_ROOT_USER: ACCESS_KEY,
      MINIO_ROOT_PASSWORD: folder.password,
      // Takes `http://BUCKET.localhost:PORT/…` too, for clients that name buckets as Amazon wants it.
      MINIO_DOMAIN: 'localhost',
      MINIO_UPDATE: 'off',
      MINIO_BROWSER: 'off',
    },
    patience: 60_000,
    answers: () => httpAnswers(`${endpoint}${MINIO_HEALTH}`),
  });
  return Object.assign(service, { endpoint, accessKey: ACCESS_KEY, secretKey: folder.password });
}
