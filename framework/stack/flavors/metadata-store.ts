import { join } from 'node:path';
import { z } from 'zod';
import { defineFlavor, type Flavor, inProject } from '../flavor.ts';

export const METADATA_STORES: readonly Flavor<'metadata_store'>[] = [
  defineFlavor({
    kind: 'metadata_store',
    name: 'sqlite',
    description: 'one SQLite file, shared by the processes of this machine',
    options: z.strictObject({
      path: z.string().min(1).optional().describe('File, counted from the project; left out: .sluice/sluice.db'),
    }),
    async open({ path }, context) {
      const { sqliteMetadataStore } = await import('../../adapters/metadata-stores/sqlite.ts');
      return sqliteMetadataStore({ path: path ? inProject(path, context) : join(context.home, 'sluice.db') });
    },
  }),
];
