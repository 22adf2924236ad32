import { parseArgs } from 'node:util';
import { SERVICE_NAMES, type ServiceName, serviceStateFile } from '../tests/services/service-state.ts';
import { type StartedService, serviceStatus, startService, stopService } from '../tests/services/started-services.ts';
import { teamEnvironment } from '../tests/services/team-environment.ts';
import { withServiceLock } from '../tests/services/with-service-lock.ts';
import { installService } from './services.install.ts';

// npm run services -- start|stop|status|env [postgres|minio|mlflow …] [--output table|json]

const USAGE = `Usage: npm run services -- start|stop|status|env [postgres] [minio] [mlflow]

Real servers for tests and for trying the \`team\` stack on one machine, without Docker: on free ports of 127.0.0.1, with passwords of their own.

  start            brings them up in the background and waits until they answer; installs what is missing
  stop             ends what start started; data stay for the next start
  status           what runs, and where; exit code 1 unless all of them run
  env              what the \`team\` stack has to know of them: npm run --silent services -- env > .env

  --delete-data    with stop: their data too
  --output KIND    table (default), or json: { "services": [{ "name", "status", "url", "pid", "folder", "log" }] }
  --help           this text
`;

const VERBS = ['start', 'stop', 'status', 'env'] as const;

/** A wrong call: exit 2. */
class UsageError extends Error {}

interface Call {
  readonly verb: (typeof VERBS)[number];
  readonly names: readonly ServiceName[];
  readonly output: 'table' | 'json';
  readonly deleteData: boolean;
}

function parseCall(): Call | 'help' {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const options = { output: text, 'delete-data': flag, help: flag };
  let parsed: ReturnType<typeof parseArgs<{ options: typeof options; allowPositionals: true }>>;
  try {
    parsed = parseArgs({ options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
  const { values, positionals } = parsed;
  const [word, ...words] = positionals;
  if (values.help) return 'help';
  const verb = VERBS.find((known) => known === word);
  if (verb === undefined) throw new UsageError(`It is ${VERBS.join(', ')}, not ${word ?? 'nothing'}.`);
  const output = values.output ?? 'table';
  if (output !== 'table' && output !== 'json') throw new UsageError(`--output is table or json, not ${output}.`);
  const wrong = words.find((word) => !SERVICE_NAMES.some((name) => name === word));
  if (wrong !== undefined) throw new UsageError(`There is no service ${wrong}: ${SERVICE_NAMES.join(', ')}.`);
  const names = SERVICE_NAMES.filter((name) => words.length === 0 || words.includes(name));
  return { verb, names, output, deleteData: values['delete-data'] ?? false };
}

const say = (text: string): void => void process.stderr.write(`${text}\n`);

async function perform({ verb, names, deleteData }: Call): Promise<void> {
  if (verb === 'status' || verb === 'env') return;
  await withServiceLock(async () => {
    if (verb === 'stop') {
      await Promise.all(names.map((name) => stopService(name, { deleteData })));
      return;
    }
    for (const name of names) await installService(name, say);
    // Those that came up stay up when another did not: the next start takes it from there.
    const ended = await Promise.allSettled(names.map(startService));
    const failures = ended.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
    if (failures.length > 0) throw new AggregateError(failures, failures.map(messageOf).join('\n'));
  });
}

function table(services: readonly StartedService[]): string {
  const width = Math.max(...SERVICE_NAMES.map((name) => name.length));
  const rows = services.map(({ name, status, url, pid }) =>
    [name.padEnd(width), status.padEnd(7), url === undefined ? '' : `${url}  (process ${pid})`].join('  ').trimEnd(),
  );
  return rows.join('\n');
}

function shown({ verb, output }: Call, services: readonly StartedService[]): string {
  if (verb === 'env') return teamEnvironment(services);
  return output === 'json' ? JSON.stringify({ services }) : table(services);
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

try {
  const call = parseCall();
  if (call === 'help') process.stdout.write(USAGE);
  else {
    await perform(call);
    const services = await Promise.all(call.names.map(serviceStatus));
    process.stdout.write(`${shown(call, services)}\n`);
    if (call.output === 'table' && call.verb === 'start') say(`Tests find them through ${serviceStateFile()}.`);
    if (call.verb !== 'stop' && services.some(({ status }) => status !== 'running')) process.exitCode = 1;
  }
} catch (error) {
  say(messageOf(error));
  if (error instanceof UsageError) say('npm run services -- --help shows the call.');
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
