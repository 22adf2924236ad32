/**
 * `node --import sluice/register script.ts`: TypeScript with decorators for a script that calls `run` itself. Worker threads of a run start with it too.
 */
import { join } from 'node:path';
import { loaderOfParent } from './loader-of-thread.ts';
import { registerTypeScriptLoader } from './typescript-loader.ts';

registerTypeScriptLoader(
  loaderOfParent() ?? { cacheDir: join(process.env['SLUICE_HOME'] ?? join(process.cwd(), '.sluice'), 'cache') },
);
