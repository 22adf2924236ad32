import { componentNames, readComponent } from '../component-files.ts';
import { COMPONENT_KINDS } from '../component-kind.ts';
import { secretNames } from '../interpolate.ts';
import type { Project } from '../project.ts';
import { readStackData, stackNames } from '../stack-config.ts';

/** Secret → who names it. Files that can't be read are left out: `sluice stack list` names them. */
export async function secretUsers(project: Project): Promise<ReadonlyMap<string, readonly string[]>> {
  const users = new Map<string, string[]>();
  const add = (value: unknown, user: string): void => {
    for (const name of secretNames(value)) users.set(name, [...new Set([...(users.get(name) ?? []), user])]);
  };
  for (const stack of stackNames(project)) {
    add(await readStackData(project, stack).catch(() => undefined), `stack ${stack}`);
  }
  for (const kind of COMPONENT_KINDS) {
    for (const name of componentNames(project, kind)) {
      const component = await readComponent(project, kind, name).catch(() => undefined);
      add(component?.options, `${kind} ${name}`);
    }
  }
  return users;
}
