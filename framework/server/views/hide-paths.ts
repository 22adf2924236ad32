import { homedir } from 'node:os';
import { sep } from 'node:path';
import type { Project } from '../../stack/project.ts';

/** The text with folders of this machine left out: paths begin at the project, or at `~`. */
export function hidePaths(text: string, { dir }: Pick<Project, 'dir'>): string {
  const inside = text.replaceAll(`${dir}${sep}`, '').replaceAll(dir, '.');
  const home = homedir();
  return home.length > 1 ? inside.replaceAll(home, '~') : inside;
}
