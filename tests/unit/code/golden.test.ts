import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sourceProject } from './source-project.ts';

const GOLDEN = join(import.meta.dirname, '../../golden/code-digest.json');
const template = join(import.meta.dirname, 'fixtures', 'edit-table');

/**
 * Digests of unchanged code must stay what they are from version to version: everything that users have cached hangs on them.
 * A change here needs a higher version in create-code-digester.ts and a line in CHANGELOG.md.
 */
it('digests of unchanged code stay the same (UPDATE_GOLDEN=1 rewrites them)', async () => {
  const project = sourceProject({ template });
  const methods = ['first', 'second', 'third'];
  const found = await project.digests(
    methods.map((method) => ({ file: 'steps/example.steps.ts', className: 'Example', method })),
  );
  const actual = Object.fromEntries(
    found.map(({ digest, parts, receiverFields }, index) => [
      methods[index],
      { digest, receiverFields, parts: Object.fromEntries(parts.map((one) => [one.part, one.digest])) },
    ]),
  );
  if (process.env['UPDATE_GOLDEN']) writeFileSync(GOLDEN, `${JSON.stringify(actual, null, 2)}\n`);
  // Node's major is a part, so that the digest as a whole is another one on each.
  const major = process.versions.node.split('.')[0];
  expect(major, 'the golden digests are those of the Node that the project pins').toBe('24');
  expect(actual).toEqual(JSON.parse(readFileSync(GOLDEN, 'utf8')));
});
