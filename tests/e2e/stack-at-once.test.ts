import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { project, sluice } from './sluice-command.ts';

let cwd: string;
beforeAll(() => {
  cwd = project({});
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const atOnce = Array.from({ length: 8 }, (_, i) => i);
const folder = (): string => join(cwd, 'stacks', 'components', 'artifact_store');
const read = (name: string): unknown => parse(readFileSync(join(folder(), `${name}.yaml`), 'utf8'));

it('eight processes that register one name at once: one does, and its file is whole', async () => {
  const ended = await Promise.all(
    atOnce.map((i) => sluice(['artifact-store', 'register', 'one', '--flavor', 'local', '--path', `p${i}`], { cwd })),
  );
  const winners = atOnce.filter((i) => ended[i]?.code === 0);
  expect(winners).toHaveLength(1);
  expect(read('one')).toEqual({ flavor: 'local', path: `p${winners[0]}` });
  for (const { code, stderr } of ended) if (code !== 0) expect(stderr).toContain('ERR_FILE_EXISTS');
});

it('eight processes that change one file at once: no line is lost', async () => {
  const values = atOnce.map((i) => ['--endpoint', '--region', '--prefix', '--bucket'][i % 4] ?? '');
  const options = [
    '--endpoint',
    'http://a:1',
    '--bucket',
    'before',
    '--accessKey',
    '${env:A}',
    '--secretKey',
    '${env:B}',
  ];
  expect((await sluice(['artifact-store', 'register', 'shared', '--flavor', 'minio', ...options], { cwd })).code).toBe(
    0,
  );
  const changes = { '--endpoint': 'http://b:2', '--region': 'eu', '--prefix': 'p', '--bucket': 'after' } as Record<
    string,
    string
  >;
  // A process that died left its lock: all of them see that, one takes it away, and nobody takes away that of another.
  writeFileSync(join(cwd, 'stacks', '.lock'), `${hostname()} 999999999 x`);
  const ended = await Promise.all(
    values.map((flag) => sluice(['artifact-store', 'update', 'shared', flag, changes[flag] ?? ''], { cwd })),
  );
  expect(ended.map(({ code, stderr }) => [code, stderr])).toEqual(ended.map(() => [0, '']));
  expect(read('shared')).toMatchObject({ endpoint: 'http://b:2', region: 'eu', prefix: 'p', bucket: 'after' });
  expect(readdirSync(folder()).sort()).toEqual(['one.yaml', 'shared.yaml']);
});

it('of a stack that is being registered and a component that is being deleted, one wins, and no stack names what is gone', async () => {
  for (const i of atOnce.slice(0, 3)) {
    const component = `c${i}`;
    await sluice(['artifact-store', 'register', component, '--flavor', 'local'], { cwd });
    const [registered, deleted] = await Promise.all([
      sluice(['stack', 'register', `s${i}`, '-a', component], { cwd }),
      sluice(['artifact-store', 'delete', component], { cwd }),
    ]);
    expect([registered.code, deleted.code].sort()).toEqual([0, 2]);
    expect(readdirSync(join(cwd, 'stacks')).includes(`s${i}.yaml`)).toBe(
      readdirSync(folder()).includes(`${component}.yaml`),
    );
  }
});
