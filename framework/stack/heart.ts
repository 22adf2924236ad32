import { serveHeart } from '../executor/serve-heart.ts';
import { openComponents } from './open-components.ts';
import { readStackConfig } from './stack-config.ts';

/** The script of heartbeat threads (`dist/heart.js`). It stands in this room because the executor knows no adapters. */
serveHeart(async ({ projectDir, home, name }) => {
  const project = { dir: projectDir, home };
  const { open, close } = openComponents(await readStackConfig(project, name), project);
  return { store: await open('metadata_store'), close };
});
