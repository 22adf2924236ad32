import { homedir } from 'node:os';
import { sep } from 'node:path';
import type { Project } from '../../stack/project.ts';

/** Folder of Sluice itself, above the bundle as above the source. */
const OWN = /^(.*?)[\\/](?:framework[\\/]server[\\/]views|dist)$/.exec(import.meta.dirname)?.[1];

/** The text with folders of this machine left out: paths begin at the project, at `sluice` or at `~`. */
export function hidePaths(text: string, { dir }: Pick<Project, 'dir'>): string {
  const own = OWN === undefined || OWN === dir ? text : text.replaceAll(folder(OWN), 'sluice');
  const inside = own.replaceAll(`${dir}${sep}`, '').replaceAll(folder(dir), '.');
  const home = homedir();
  return home.length > 1 ? inside.replaceAll(folder(home), '~') : inside;
}

/** The folder itself and what is in it, but no neighbour whose name begins like it. */
const folder = (path: string): RegExp =>
  new RegExp(`${path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\w.-]*[\\w-])`, 'g');
