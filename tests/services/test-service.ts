import { processStartedAt } from './process-started-at.ts';
import { readServiceState, type ServiceName } from './service-state.ts';

/**
 * A running server that tests share; undefined on a machine that has none. Keep to a schema, bucket prefix or experiment of your own.
 *
 * It is what `SLUICE_TEST_POSTGRES` (`postgres://user:password@host:port/database`), `SLUICE_TEST_MINIO` (`http://key:secret@host:port`) or
 * `SLUICE_TEST_MLFLOW` (`http://host:port`) says, else what `npm run services -- start` started.
 *
 * @throws under `REQUIRE_SERVICES=1` when there is none.
 */
export function testService(name: ServiceName): { readonly url: string } | undefined {
  const variable = `SLUICE_TEST_${name.toUpperCase()}`;
  const url = process.env[variable] || startedUrl(name);
  if (url) return { url };
  if (process.env['REQUIRE_SERVICES'] === '1') {
    throw new Error(
      `REQUIRE_SERVICES=1, but no ${name} is running: npm run services -- start ${name}, or set ${variable} to its address.`,
    );
  }
  return undefined;
}

function startedUrl(name: ServiceName): string | undefined {
  const { url, process } = readServiceState()[name] ?? {};
  return process && processStartedAt(process.pid) === process.startedAt ? url : undefined;
}
