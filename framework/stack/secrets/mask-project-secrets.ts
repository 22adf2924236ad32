import { existsSync } from 'node:fs';
import { SluiceError } from '../../errors.ts';
import { openSecrets } from './secret-store.ts';

/**
 * From now on every secret of the project is masked in what this process prints or stores, also before a stack asks for it: a pipeline's file may
 * print while it is imported. Where the key is missing nothing is known, and whoever needs a secret says so.
 */
export async function maskProjectSecrets(home: string): Promise<void> {
  const secrets = openSecrets(home);
  if (!existsSync(secrets.file)) return;
  try {
    for (const { name } of await secrets.list()) await secrets.read(name, home);
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
  }
}
