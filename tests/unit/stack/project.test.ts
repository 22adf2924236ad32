import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openStack } from '../../../framework/stack/open-stack.ts';
import { findProject } from '../../../framework/stack/project.ts';
import { activeStackName, readStackConfig, stackNames } from '../../../framework/stack/stack-config.ts';
import { projectWith } from './project-with.ts';

const failure = (code: string, words: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(words) });

describe('the project', () => {
  it('is the nearest folder upwards that looks like one', () => {
    const { dir } = projectWith({ 'package.json': '{}', 'a/stacks/local.yaml': '', 'a/b/c/x.ts': '' });
    expect(findProject(join(dir, 'a/b/c'), {}).dir).toBe(join(dir, 'a'));
    expect(findProject(dir, {}).dir).toBe(dir);
  });

  it('keeps its state in .sluice, or where SLUICE_HOME says', () => {
    const { dir } = projectWith({ 'package.json': '{}' });
    expect(findProject(dir, {}).home).toBe(join(dir, '.sluice'));
    expect(findProject(dir, { SLUICE_HOME: join(dir, 'elsewhere') }).home).toBe(join(dir, 'elsewhere'));
  });
});

describe('the active stack', () => {
  it('is the one given, else SLUICE_STACK, else the one set, else local', () => {
    const project = projectWith({ '.sluice/active-stack': 'team\n' });
    expect(activeStackName(project, 'given', { SLUICE_STACK: 'env' })).toBe('given');
    expect(activeStackName(project, undefined, { SLUICE_STACK: 'env' })).toBe('env');
    expect(activeStackName(project, undefined, {})).toBe('team');
    expect(activeStackName(projectWith({}), undefined, {})).toBe('local');
  });
});

describe('a stack file', () => {
  it('may leave out everything: then it is the embedded stack, which needs no file', async () => {
    const expected = { components: { artifact_store: { flavor: 'local' }, metadata_store: { flavor: 'sqlite' } } };
    expect(await readStackConfig(projectWith({}), 'local')).toMatchObject(expected);
    expect(await readStackConfig(projectWith({ 'stacks/mine.yaml': 'description: mine' }), 'mine')).toMatchObject(
      expected,
    );
  });

  it.each([
    ['an unknown kind', 'artifact_stor: { flavor: local }', /artifact_stor/],
    ['a missing flavor', 'artifact_store: { path: a }', /artifact_store\.flavor/],
    ['broken YAML', 'artifact_store: [', /s\.yaml/],
  ])('with %s is refused', async (_, text, words) => {
    const project = projectWith({ 'stacks/s.yaml': text });
    await expect(readStackConfig(project, 's')).rejects.toThrow(failure('ERR_STACK_INVALID', words));
  });

  it.each([
    ['an unknown flavor', 'artifact_store: { flavor: locl }', 'ERR_FLAVOR', /locl/],
    ['an unknown option of its flavor', 'artifact_store: { flavor: local, pth: a }', 'ERR_STACK_INVALID', /mean path/],
    ['a component that is not registered', 'artifact_store: bucket', 'ERR_STACK_INVALID', /bucket/],
  ])('with %s can not be opened', async (_, text, code, words) => {
    const project = projectWith({ 'stacks/s.yaml': text });
    await expect(openStack({ project, name: 's' })).rejects.toThrow(failure(code, words));
  });

  it('that does not exist is an error with the names that do', async () => {
    const project = projectWith({ 'stacks/team.yaml': '' });
    expect(stackNames(project)).toEqual(['local', 'team']);
    await expect(readStackConfig(project, 'taem')).rejects.toThrow(failure('ERR_STACK_NOT_FOUND', /taem/));
  });
});

describe('opening', () => {
  it('gives the components of the embedded stack, below the home folder', async () => {
    const project = projectWith({});
    const stack = await openStack({ project, name: 'local' });
    const { digest } = await stack.artifactStore.write(new TextEncoder().encode('x'));
    expect(await stack.artifactStore.has(digest)).toBe(true);
    expect(stack.metadataStore.location.startsWith(project.home)).toBe(true);
    expect(await stack.metadataStore.schemaVersion()).toBeGreaterThan(0);
    await stack.close();
  });
});
