import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Ended, project, sluice } from './sluice-command.ts';

/** A store that answers once the file `up` is there: what a service that is being started looks like. */
const SERVICE = `
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { defineFlavor } from 'sluice';
import { z } from 'zod';
export default defineFlavor({
  kind: 'artifact_store', name: 'far', description: 'needs a service', services: ['far-server'], options: z.strictObject({}),
  open: async (_, { projectDir }) => ({
    flavor: 'far', location: 'far://away', capabilities: { localPaths: false }, checks: () => [], close: async () => {},
    has: async () => {
      if (!existsSync(join(projectDir, 'up'))) throw new Error('connection refused');
      return false;
    },
  }),
});
`;
/** Stands for Docker: notes how it was called; `compose … up` makes the service answer a moment later. */
const DOCKER = `#!/usr/bin/env node
const { appendFileSync, rmSync, writeFileSync } = require('node:fs');
const words = process.argv.slice(2).join(' ');
appendFileSync('docker-calls', words + '\\n');
if (words === 'info' && process.env.DAEMON_DOWN) { console.error('Cannot connect to the Docker daemon'); process.exit(1); }
if (/ up /.test(words)) { console.log('Container far-server Started'); writeFileSync('up', ''); }
if (/ stop /.test(words)) rmSync('up', { force: true });
`;

let cwd: string;
beforeAll(() => {
  cwd = project({
    'far.ts': SERVICE,
    'docker-compose.yml': 'services: { far-server: { image: x } }\n',
    'bin/docker': DOCKER,
    'empty-bin/x': '',
    'bin/package.json': '{ "type": "commonjs" }',
    'stacks/far.yaml': 'artifact_store: { flavor: ./far.ts }\nexperiment_tracker: { flavor: none }\n',
  });
  chmodSync(join(cwd, 'bin', 'docker'), 0o755);
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const command = (words: string, env: Record<string, string> = {}): Promise<Ended> =>
  sluice(words.split(' '), { cwd, env });
const json = async <T>(words: string): Promise<T> => JSON.parse((await command(`${words} --output json`)).stdout) as T;
const done = async (words: string): Promise<string> => {
  const { code, stdout, stderr } = await command(words);
  expect([words, code, stderr]).toEqual([words, 0, '']);
  return stdout;
};

describe('components and stacks by the command', () => {
  it('from registering a component to the active stack, and back', async () => {
    await done('artifact-store register files --flavor local --path shared --description ours');
    await done('orchestrator register two --flavor local --max-parallel 2');
    await done('stack register team -a files -o two -e none');
    expect(await done('stack get')).toBe('local\n');
    await done('stack set team');
    expect(await json('stack get')).toEqual({ active: 'team', because: 'sluice stack set' });
    expect(await json('stack describe')).toMatchObject({
      name: 'team',
      active: true,
      maxParallel: 2,
      components: expect.arrayContaining([
        expect.objectContaining({
          kind: 'artifact_store',
          name: 'files',
          flavor: 'local',
          options: { path: 'shared' },
        }),
        expect.objectContaining({ kind: 'metadata_store', name: null, flavor: 'sqlite' }),
      ]),
    });
    expect(await json('artifact-store list')).toMatchObject({
      items: [{ name: 'files', flavor: 'local', description: 'ours', stacks: ['team'], problem: null }],
    });
    await done('artifact-store update files --path elsewhere');
    expect(await json('artifact-store describe files')).toMatchObject({
      options: { path: 'elsewhere' },
      stacks: ['team'],
    });
    await done('stack update team -e local');
    await done('stack copy team twin');
    await done('stack rename twin other');
    await done('stack remove-component other -a');
    expect(await json('stack describe other')).toMatchObject({
      components: expect.arrayContaining([
        expect.objectContaining({ kind: 'artifact_store', name: null, options: {} }),
      ]),
    });
    await done('stack delete other');
    expect((await command('stack delete team')).stderr).toContain('ERR_IN_USE');
    await done('stack delete team --force');
    await done('artifact-store delete files');
    expect(await done('stack get')).toBe('local\n');
  });

  it('files name a schema that is there, and is JSON', async () => {
    await done('metadata-store register db --flavor sqlite --path x.db');
    const file = join(cwd, 'stacks', 'components', 'metadata_store', 'db.yaml');
    const [first = ''] = readFileSync(file, 'utf8').split('\n');
    const schema = join(file, '..', first.replace('# yaml-language-server: $schema=', ''));
    expect(JSON.parse(readFileSync(schema, 'utf8'))).toMatchObject({ title: 'A component of Sluice: metadata_store' });
    expect(parse(readFileSync(file, 'utf8'))).toEqual({ flavor: 'sqlite', path: 'x.db' });
  });

  it.each([
    ['artifact-store register', 'ERR_USAGE', 'The name of the artifact-store comes first'],
    ['artifact-store register x', 'ERR_USAGE', 'Which flavor?'],
    ['artifact-store register x --flavor minoi', 'ERR_FLAVOR', 'Did you mean minio?'],
    [
      'artifact-store register x --flavor minio --bukket b',
      'ERR_USAGE',
      'There is no --bukket. Did you mean --bucket?',
    ],
    ['artifact-store register x --flavor minio --bucket b', 'ERR_STACK_INVALID', 'endpoint is missing'],
    ['orchestrator register x --flavor local --max-parallel many', 'ERR_USAGE', 'expected a whole number, got "many"'],
    ['artifact-store describe nothing', 'ERR_NOT_FOUND', 'There is no artifact-store nothing.'],
    ['metadata-store update bd --path x', 'ERR_NOT_FOUND', 'Did you mean db?'],
    ['metadata-store update db', 'ERR_USAGE', 'Nothing to change'],
    ['metadata-store update db --unset pth', 'ERR_USAGE', 'Did you mean path?'],
    ['stack set taem', 'ERR_STACK_NOT_FOUND', 'taem'],
    ['stack register x -a nothing', 'ERR_NOT_FOUND', 'There is no artifact-store nothing.'],
    ['stack update local', 'ERR_USAGE', 'Nothing to change'],
    ['stack import none.yaml', 'ERR_FILE_NOT_FOUND', 'none.yaml'],
    ['stack delete local --force', 'ERR_USAGE', 'has no file'],
    ['secret set x --from-env NOT_SET_ANYWHERE', 'ERR_USAGE', 'NOT_SET_ANYWHERE is not set'],
    ['secret delete x', 'ERR_NOT_FOUND', 'There is no secret x.'],
  ])('sluice %s is refused in words', async (words, code, message) => {
    const { code: exit, stderr } = await command(words);
    expect([exit, stderr]).toEqual([2, expect.stringContaining(`✗ ${code} `)]);
    expect(stderr).toContain(message);
    expect(stderr).toContain('→ ');
  });

  it('are completed', async () => {
    const words = async (typed: string): Promise<string[]> =>
      (await sluice(['complete-words', '--', ...typed.split(' ')], { cwd })).stdout.trim().split('\n');
    expect(await words('art')).toEqual(['artifacts', 'artifact-store']);
    expect(await words('metadata-store describe ')).toEqual(['db']);
    expect(await words('stack register x --metadata-store ')).toEqual(
      expect.arrayContaining(['db', 'sqlite', 'postgres']),
    );
    expect(await words('artifact-store register x --flavor mi')).toEqual(['minio']);
    expect(await words('artifact-store register x --flavor minio --b')).toEqual(['--bucket']);
    expect(await words('stack set f')).toEqual(['far']);
    expect(await words('stack rem')).toEqual(['remove-component']);
  });
});

describe('services of a stack', () => {
  const path = (folder: string): Record<string, string> => ({
    PATH: `${join(cwd, folder)}${folder === 'bin' ? delimiter + (process.env['PATH'] ?? '') : ''}`,
  });
  const calls = (): string =>
    existsSync(join(cwd, 'docker-calls')) ? readFileSync(join(cwd, 'docker-calls'), 'utf8') : '';

  it.skipIf(process.platform === 'win32')('are started by docker compose, waited for, asked and stopped', async () => {
    const before = await command('stack status far');
    expect([before.code, before.stdout]).toEqual([1, expect.stringContaining('connection refused')]);
    const up = await command('stack up far --timeout 20', path('bin'));
    expect([up.code, up.stdout]).toEqual([0, expect.stringContaining('Stack far is up.')]);
    expect(up.stderr).toContain('Container far-server Started');
    expect(calls()).toContain(`compose --file ${join(cwd, 'docker-compose.yml')} up --detach far-server`);
    expect((await command('stack status far')).code).toBe(0);
    const down = await command('stack down far', path('bin'));
    expect([down.code, down.stdout]).toEqual([0, expect.stringContaining('Stopped far-server')]);
    expect((await command('stack status far')).code).toBe(1);
  });

  it('are described where Docker can not start them: what is missing, and what to do', async () => {
    const none = await command('stack up far', path('empty-bin'));
    expect([none.code, none.stderr]).toEqual([1, expect.stringMatching(/ERR_SERVICES .*there is no docker command/)]);
    expect(none.stderr).toContain('artifact_store (./far.ts): connection refused');
    expect(none.stderr).toContain('start each server where its component expects it');
  });

  it.skipIf(process.platform === 'win32')('are described where its daemon is down', async () => {
    const { code, stderr } = await command('stack up far', { ...path('bin'), DAEMON_DOWN: '1' });
    expect([code, stderr]).toEqual([1, expect.stringContaining('Cannot connect to the Docker daemon')]);
  });

  it('that an embedded stack does not have are no error', async () => {
    expect((await command('stack up local', path('empty-bin'))).code).toBe(0);
    expect((await command('stack down local', path('empty-bin'))).stdout).toContain('has no services');
  });
});

it('a broken component is one line of the doctor, and the exit code is 1', async () => {
  mkdirSync(join(cwd, 'stacks'), { recursive: true });
  writeFileSync(join(cwd, 'stacks', 'half.yaml'), 'artifact_store: { flavor: locl }\n');
  const { code, stdout } = await command('stack doctor half --output json');
  const { ok, checks } = JSON.parse(stdout) as {
    ok: boolean;
    checks: { subject: string; ok: boolean; hint?: string }[];
  };
  expect([code, ok]).toEqual([1, false]);
  expect(checks.filter((check) => !check.ok)).toMatchObject([
    { subject: 'artifact_store', hint: expect.stringContaining('Did you mean local?') },
  ]);
});
