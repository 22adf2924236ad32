import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { deleteComponents, registerComponent, updateComponent } from '../../../framework/stack/edit-components.ts';
import {
  copyStack,
  deleteStack,
  registerStack,
  removeFromStack,
  renameStack,
  setActiveStack,
  updateStack,
} from '../../../framework/stack/edit-stacks.ts';
import { withLock } from '../../../framework/stack/files/with-lock.ts';
import type { Project } from '../../../framework/stack/project.ts';
import { exportStack, importStack } from '../../../framework/stack/stack-bundle.ts';
import { activeStackName, readStackConfig, stackNames } from '../../../framework/stack/stack-config.ts';
import { projectWith } from './project-with.ts';

const failure = (code: string, words: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(words) });
const kind = 'artifact_store';
const text = (project: Project, file: string): string => readFileSync(join(project.dir, 'stacks', file), 'utf8');
/** Every file below stacks/ with its text. */
const everything = (project: Project): Readonly<Record<string, string>> =>
  existsSync(join(project.dir, 'stacks'))
    ? Object.fromEntries(
        readdirSync(join(project.dir, 'stacks'), { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map(({ parentPath, name }) => [join(parentPath, name), readFileSync(join(parentPath, name), 'utf8')]),
      )
    : {};

const BUCKET = `# Ours since May.
flavor: minio # do not change
endpoint: http://127.0.0.1:\${env:PORT:-9000}

bucket: models   # the old one was data
accessKey: \${env:KEY}
secretKey: \${secret:minio}
`;

describe('a registered component', () => {
  it('is a file that a stack names', async () => {
    const project = projectWith();
    await registerComponent({ project, kind, name: 'files', flavor: 'local', options: { path: 'shared' } });
    await registerStack(project, 'team', { components: { artifact_store: 'files', experiment_tracker: 'none' } });
    const { components } = await readStackConfig(project, 'team');
    expect(components.artifact_store).toMatchObject({ name: 'files', flavor: 'local', options: { path: 'shared' } });
    expect(components.experiment_tracker).toMatchObject({ name: undefined, flavor: 'none' });
    expect(components.metadata_store).toMatchObject({ flavor: 'sqlite' });
  });

  it('keeps the comments and the order of its file when it is updated', async () => {
    const project = projectWith({ 'stacks/components/artifact_store/bucket.yaml': BUCKET });
    await updateComponent(
      { project, kind, name: 'bucket' },
      { bucket: 'weights', prefix: 'a', endpoint: 'https://s3.example' },
    );
    expect(text(project, 'components/artifact_store/bucket.yaml')).toBe(
      `${BUCKET.replace('models ', 'weights ').replace('http://127.0.0.1:${env:PORT:-9000}', 'https://s3.example').replace('   # the old', ' # the old')}prefix: a\n`,
    );
    await updateComponent({ project, kind, name: 'bucket' }, { prefix: undefined });
    expect(text(project, 'components/artifact_store/bucket.yaml')).not.toContain('prefix');
  });

  it.each([
    [{ bukket: 'x' }, /bukket: there is no such option\. Did you mean bucket\?/],
    [{ concurrency: 'many' }, /concurrency:/],
    [{ secretKey: '${secrt:x}' }, /secretKey: only/],
    [{ endpoint: undefined }, /endpoint is missing/],
  ])('is left as it was by a wrong change: %j', async (change, words) => {
    const project = projectWith({ 'stacks/components/artifact_store/bucket.yaml': BUCKET });
    const before = everything(project);
    await expect(updateComponent({ project, kind, name: 'bucket' }, change)).rejects.toThrow(
      failure('ERR_STACK_INVALID', words),
    );
    expect(everything(project)).toEqual(before);
  });

  it('takes a reference where a number is expected, and is checked when it is filled in', async () => {
    const project = projectWith({ 'stacks/s.yaml': 'orchestrator: many' });
    const options = { maxParallel: '${env:SLUICE_T_PARALLEL:-3}' };
    await registerComponent({ project, kind: 'orchestrator', name: 'many', flavor: 'local', options });
    const { openStack } = await import('../../../framework/stack/open-stack.ts');
    const stack = await openStack({ project, name: 's' });
    expect(stack.orchestrator.maxParallel).toBe(3);
    await stack.close();
    await updateComponent(
      { project, kind: 'orchestrator', name: 'many' },
      { maxParallel: '${env:SLUICE_T_PARALLEL:-x}' },
    );
    await expect(openStack({ project, name: 's' })).rejects.toThrow(failure('ERR_STACK_INVALID', /maxParallel/));
  });

  it('can not be deleted while stacks use it, and they are named', async () => {
    const project = projectWith({ 'stacks/a.yaml': 'artifact_store: files', 'stacks/b.yaml': 'artifact_store: files' });
    await registerComponent({ project, kind, name: 'files', flavor: 'local', options: {} });
    await registerComponent({ project, kind, name: 'spare', flavor: 'local', options: {} });
    const before = everything(project);
    await expect(deleteComponents({ project, kind, names: ['spare', 'files'] })).rejects.toThrow(
      failure('ERR_IN_USE', /artifact-store files is used by stack a, stack b/),
    );
    await expect(deleteComponents({ project, kind, names: ['spare', 'nothing'] })).rejects.toThrow(
      failure('ERR_NOT_FOUND', /nothing/),
    );
    expect(everything(project)).toEqual(before);
    await removeFromStack(project, 'a', [kind]);
    await updateStack(project, 'b', { components: { artifact_store: 'memory' } });
    await deleteComponents({ project, kind, names: ['files', 'spare'] });
    await expect(deleteComponents({ project, kind, names: ['files'] })).rejects.toThrow(
      failure('ERR_NOT_FOUND', /files/),
    );
  });

  it.each(['../x', 'a/b', '.hidden', 'con', 'x.', 'ü', 'a'.repeat(65)])('can not be called %s', async (name) => {
    const project = projectWith();
    const component = { project, kind, name, flavor: 'local', options: {} } as const;
    await expect(registerComponent(component)).rejects.toThrow(failure('ERR_USAGE', /can't be the name/));
    expect(everything(project)).toEqual({});
  });
});

describe('a stack', () => {
  it('is not registered over another one, nor of components that are not there', async () => {
    const project = projectWith({ 'stacks/team.yml': 'description: ours' });
    await expect(registerStack(project, 'team', { components: {} })).rejects.toThrow(
      failure('ERR_FILE_EXISTS', /team/),
    );
    await expect(registerStack(project, 'new', { components: { artifact_store: 'bukket' } })).rejects.toThrow(
      failure('ERR_NOT_FOUND', /artifact-store bukket/),
    );
    await expect(registerStack(project, 'new', { components: { artifact_store: 'minio' } })).rejects.toThrow(
      failure('ERR_USAGE', /a flavor of artifact-store that needs options/),
    );
    expect(stackNames(project)).toEqual(['local', 'team']);
  });

  it('keeps its comments when it is updated', async () => {
    const project = projectWith({ 'stacks/s.yaml': '# mine\nexperiment_tracker:\n  flavor: none # quiet\n' });
    await updateStack(project, 's', { components: { artifact_store: 'memory' }, description: 'new' });
    expect(text(project, 's.yaml')).toBe(
      '# mine\nexperiment_tracker:\n  flavor: none # quiet\ndescription: new\nartifact_store:\n  flavor: memory\n',
    );
  });

  it('is copied and renamed word for word; the active one stays active under its new name', async () => {
    const project = projectWith({ 'stacks/s.yaml': '# mine\ndescription: x\n' });
    await copyStack(project, 's', 't');
    expect(text(project, 't.yaml')).toBe('# mine\ndescription: x\n');
    await setActiveStack(project, 't');
    await renameStack(project, 't', 'u');
    expect([stackNames(project), activeStackName(project, undefined, {})]).toEqual([['local', 's', 'u'], 'u']);
    await expect(renameStack(project, 's', 'u')).rejects.toThrow(failure('ERR_FILE_EXISTS', /u/));
    await expect(renameStack(project, 'local', 'x')).rejects.toThrow(failure('ERR_USAGE', /embedded/));
    expect(stackNames(project)).toEqual(['local', 's', 'u']);
  });

  it('that is active is deleted only by force, and the embedded one is active then', async () => {
    const project = projectWith({ 'stacks/s.yaml': '' });
    await setActiveStack(project, 's');
    await expect(deleteStack(project, 's', { force: false, env: {} })).rejects.toThrow(failure('ERR_IN_USE', /s/));
    await deleteStack(project, 's', { force: true, env: {} });
    expect([stackNames(project), activeStackName(project, undefined, {})]).toEqual([['local'], 'local']);
    await expect(deleteStack(project, 's', { force: true, env: {} })).rejects.toThrow(
      failure('ERR_STACK_NOT_FOUND', /s/),
    );
    await expect(setActiveStack(project, 's')).rejects.toThrow(failure('ERR_STACK_NOT_FOUND', /s/));
  });
});

describe('export and import', () => {
  const files = {
    'stacks/team.yaml': 'description: ours\nartifact_store: bucket\nexperiment_tracker: { flavor: none }\n',
    'stacks/components/artifact_store/bucket.yaml': BUCKET,
  };

  it('carry a stack with its components to another project, references as references', async () => {
    const exported = await exportStack(projectWith(files), 'team');
    expect(exported).toContain('${secret:minio}');
    const other = projectWith();
    await importStack(other, { text: exported, file: 'team.yaml' });
    const { components } = await readStackConfig(other, 'team');
    expect(components.artifact_store).toMatchObject({
      name: 'bucket',
      options: { bucket: 'models', secretKey: '${secret:minio}' },
    });
    expect(await exportStack(other, 'team')).toBe(exported);
    // The same component is shared, under another stack's name.
    await importStack(other, { text: exported, file: 'team.yaml', name: 'twin' });
    expect(stackNames(other)).toEqual(['local', 'team', 'twin']);
  });

  it('refuse to tell a password that stands in plain text', async () => {
    const project = projectWith({
      ...files,
      'stacks/components/artifact_store/bucket.yaml': BUCKET.replace('${secret:minio}', 'plain'),
    });
    await expect(exportStack(project, 'team')).rejects.toThrow(failure('ERR_USAGE', /secretKey is written in plain/));
  });

  it.each([
    ['no YAML', 'name: [', 'ERR_STACK_INVALID'],
    ['no stack', 'hello: 1', 'ERR_STACK_INVALID'],
    ['an unknown kind', 'name: t\nstack: { artifact_stor: x }', 'ERR_STACK_INVALID'],
    ['an unknown flavor', 'name: t\nstack: { artifact_store: { flavor: cloud9 } }', 'ERR_FLAVOR'],
    ['a wrong option', 'name: t\nstack: { artifact_store: { flavor: local, pth: x } }', 'ERR_STACK_INVALID'],
    ['a component that it does not bring', 'name: t\nstack: { artifact_store: gone }', 'ERR_STACK_INVALID'],
    [
      'a wrong component beside a right one',
      'name: t\nstack: { artifact_store: a, experiment_tracker: b }\ncomponents: { artifact_store: { a: { flavor: local } }, experiment_tracker: { b: { flavor: lokal } } }',
      'ERR_FLAVOR',
    ],
    ['a name that leaves the folder', 'name: ../t\nstack: {}', 'ERR_USAGE'],
    [
      'a component with such a name',
      'name: t\nstack: {}\ncomponents: { artifact_store: { ../a: { flavor: local } } }',
      'ERR_USAGE',
    ],
    [
      'a stack that is there',
      'name: team\nstack: { artifact_store: a }\ncomponents: { artifact_store: { a: { flavor: local } } }',
      'ERR_FILE_EXISTS',
    ],
    [
      'another component of that name',
      'name: t\nstack: { artifact_store: bucket }\ncomponents: { artifact_store: { bucket: { flavor: local } } }',
      'ERR_FILE_EXISTS',
    ],
  ])('with %s change nothing', async (_, imported, code) => {
    const project = projectWith(files);
    const before = everything(project);
    await expect(importStack(project, { text: imported, file: 'x.yaml' })).rejects.toMatchObject({ code });
    expect(everything(project)).toEqual(before);
  });
});

describe('the lock', () => {
  it('of a process that died is taken away, and that of a live one is waited for', async () => {
    const project = projectWith({ 'stacks/.lock': `${hostname()} 999999999 x` });
    const folder = join(project.dir, 'stacks');
    const order: string[] = [];
    await Promise.all([
      withLock(folder, async () => {
        order.push('in');
        await new Promise((done) => setTimeout(done, 60));
        order.push('out');
      }),
      withLock(folder, async () => {
        order.push('in');
        order.push('out');
      }),
    ]);
    expect(order).toEqual(['in', 'out', 'in', 'out']);
    expect(existsSync(join(folder, '.lock'))).toBe(false);
  });

  it('of another machine is taken away when it is old', async () => {
    const project = projectWith({ 'stacks/x.yaml': '' });
    const lock = join(project.dir, 'stacks', '.lock');
    writeFileSync(lock, 'elsewhere 1 x');
    utimesSync(lock, new Date(0), new Date(0));
    expect(await withLock(join(project.dir, 'stacks'), async () => 'done')).toBe('done');
  });
});
