/**
 * `node --import sluice/register script.ts`: TypeScript with decorators for a script that calls `run` itself. Worker threads of a run start with it too.
 */
import { join } from 'node:path';
import { registerTypeScriptLoader } from './typescript-loader.ts';
import { loaderOfParent } from './worker-threads.ts';

registerTypeScriptLoader(
  loaderOfParent() ?? { cacheDir: join(process.env['SLUICE_HOME'] ?? join(process.cwd(), '.sluice'), 'cache') },
);
