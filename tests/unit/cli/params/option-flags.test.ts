import { expect, it } from 'vitest';
import { z } from 'zod';
import { parseOptionFlags } from '../../../../framework/cli/params/option-flags.ts';
import { defineFlavor } from '../../../../framework/stack/flavor.ts';

it('sends who has misspelt an option of a flavor of their own to the help of its module', () => {
  const flavor = defineFlavor({
    kind: 'artifact_store',
    name: 'rows',
    description: 'rows of a file',
    options: z.strictObject({ file: z.string() }),
    open: async () => {
      throw new Error('opened');
    },
  });
  const parse = () => parseOptionFlags(flavor, ['--fil', 'a.db'], { verbFlags: [], wanted: './rows.ts' });
  expect(parse).toThrow(
    expect.objectContaining({
      message: expect.stringContaining('Did you mean --file?'),
      hint: 'sluice artifact-store register --flavor ./rows.ts --help lists them.',
    }),
  );
});
