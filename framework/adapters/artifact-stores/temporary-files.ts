import { rm } from 'node:fs/promises';
import type { Leftover } from '../../components/artifact-store.ts';
import type { ContentFolder } from '../../hashing/content-folder.ts';

/** What writers into a folder of objects left that died. */
export const temporaryFiles = (folder: Pick<ContentFolder, 'leftBehind'>, before: number): readonly Leftover[] =>
  folder.leftBehind(before).map(({ path, size }) => ({
    kind: 'temporary file',
    name: path,
    size,
    remove: () => rm(path, { recursive: true, force: true }),
  }));
