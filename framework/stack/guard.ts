import { serveGuard } from '../executor/serve-guard.ts';
import { openComponents } from './open-components.ts';
import { readStackConfig } from './stack-config.ts';

/** The script of the thread that watches over inline steps (`dist/guard.js`). It stands in this room because the executor knows no adapters. */
serveGuard(async ({ projectDir, home, name }) => {
  const project = { dir: projectDir, home };
  const { open, close } = openComponents(await readStackConfig(project, name), project);
  return { store: await open('metadata_store'), close };
});
