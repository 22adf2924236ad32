import { symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findFlavor } from '../../../framework/stack/find-flavor.ts';
import { openStack } from '../../../framework/stack/open-stack.ts';
import { projectWith } from './project-with.ts';

/** As a module of its own has it: what it can do counts, not whose copy of zod made its schema. */
const FLAVOR = `
  const options = { safeParse: (data) => ({ success: true, data }), shape: { size: {} } };
  const store = (size) => ({ flavor: 'mine', location: 'mine:' + size, capabilities: {}, checks: () => [], close: async () => {} });
  export default { kind: 'artifact_store', name: 'mine', description: 'x', options, open: async ({ size }) => store(size) };
`;
const failure = (words: RegExp) =>
  expect.objectContaining({ code: 'ERR_FLAVOR', message: expect.stringMatching(words) });

describe('a flavor of your own', () => {
  it('is a module, counted from the project', async () => {
    const project = projectWith({
      'lib/mine.mjs': FLAVOR,
      'stacks/s.yaml': 'artifact_store: { flavor: ./lib/mine.mjs, size: 3 }',
    });
    const stack = await openStack({ project, name: 's' });
    expect(stack.artifactStore.location).toBe('mine:3');
    await stack.close();
  });

  it('is a package, or a part of one', async () => {
    const project = projectWith({
      'node_modules/sluice-mine/package.json': '{ "exports": { ".": "./main.mjs", "./other": "./main.mjs" } }',
      'node_modules/sluice-mine/main.mjs': FLAVOR,
    });
    for (const name of ['sluice-mine', 'sluice-mine/other']) {
      expect((await findFlavor('artifact_store', name, project)).name).toBe('mine');
    }
  });

  it.each([
    ['./none.mjs', '', /there is no file .*none\.mjs/],
    ['./broken.mjs', 'export default {', /does not load/],
    ['./throws.mjs', 'throw new Error("no licence")', /does not load: no licence/],
    ['./empty.mjs', '', /no default export/],
    [
      './kind.mjs',
      FLAVOR.replace('artifact_store', 'metadata_store'),
      /of the kind metadata_store, and is used as artifact_store/,
    ],
    ['./schema.mjs', FLAVOR.replace('options, open', 'options: {}, open'), /no zod schema/],
    ['./open.mjs', FLAVOR.replace('open: async', 'opn: async'), /no function `open`/],
    ['sluice-not-there', '', /no such flavor, and no package of that name/],
  ])('%s that can not be used says why', async (name, text, words) => {
    const project = projectWith(text === '' && name !== './empty.mjs' ? {} : { [name]: text });
    await expect(findFlavor('artifact_store', name, project)).rejects.toThrow(failure(words));
  });

  it('with a slip in a built-in name is told the right one', async () => {
    const error = await findFlavor('artifact_store', 'locl', projectWith()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'ERR_FLAVOR', hint: expect.stringContaining('Did you mean local?') });
  });

  it('is the example of stacks/README.md, which opens as it stands there', async () => {
    const project = projectWith({ 'stacks/s.yaml': 'artifact_store: { flavor: ./sqlite-artifacts.ts, file: a.db }' });
    symlinkSync(resolve('stacks', 'examples', 'sqlite-artifacts.ts'), join(project.dir, 'sqlite-artifacts.ts'));
    const stack = await openStack({ project, name: 's' });
    const { digest } = await stack.artifactStore.write(new TextEncoder().encode('x'));
    expect(await stack.artifactStore.has(digest)).toBe(true);
    await stack.close();
  });
});
