import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type DirectoryRef, FileRef, type StepTracker } from 'sluice';

/** Shows every file at the top of a folder with the run, as `<under>/<file>`. */
export async function trackFolder(
  folder: DirectoryRef,
  { tracker, under }: { readonly tracker: StepTracker; readonly under: string },
): Promise<void> {
  const entries = await readdir(folder.path, { withFileTypes: true });
  for (const { name } of entries.filter((entry) => entry.isFile()).sort((a, b) => a.name.localeCompare(b.name))) {
    await tracker.artifact(FileRef.of(join(folder.path, name)), `${under}/${name}`);
  }
}
