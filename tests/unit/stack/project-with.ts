import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Project } from '../../../framework/stack/project.ts';

/** A project of these files in a folder that goes when the test ends. */
export function projectWith(files: Readonly<Record<string, string>> = {}): Project {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'sluice-project-')));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true, maxRetries: 3 }));
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, file)), { recursive: true });
    writeFileSync(join(dir, file), text);
  }
  return { dir, home: join(dir, '.sluice') };
}

/** An environment variable for the time of one test; undefined: not set. */
export function withVariable(name: string, value: string | undefined): void {
  const before = process.env[name];
  const set = (to: string | undefined): void => {
    if (to === undefined) delete process.env[name];
    else process.env[name] = to;
  };
  set(value);
  onTestFinished(() => set(before));
}

/** A key file for the secrets of one test. */
export function withSecretKey(project: Project): string {
  const file = join(project.dir, 'keys', 'key');
  withVariable('SLUICE_SECRET_KEY_FILE', file);
  return file;
}
