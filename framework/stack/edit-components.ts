import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { sluiceError } from '../errors.ts';
import { checkName } from './check-name.ts';
import { checkRawOptions } from './check-options.ts';
import { componentFile, componentParts, kindWord, readComponent } from './component-files.ts';
import type { ComponentKind } from './component-kind.ts';
import { withLock } from './files/with-lock.ts';
import { createFile } from './files/write-file.ts';
import { editYamlFile, yamlWithSchema } from './files/yaml-file.ts';
import { findFlavor } from './find-flavor.ts';
import { parseComponentData } from './parse-stack-data.ts';
import type { Project } from './project.ts';
import { readStackData, stackNames } from './stack-config.ts';

/** A component by its place: where `sluice <kind> …` works. */
export interface ComponentPlace {
  readonly project: Project;
  readonly kind: ComponentKind;
  readonly name: string;
}

export interface NewComponent extends ComponentPlace {
  readonly flavor: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly description?: string | undefined;
}

const stacksFolder = (project: Project): string => join(project.dir, 'stacks');

/**
 * Writes the file of a new component. Of two processes that register one name at once, one does.
 * @returns the file. @throws ERR_FILE_EXISTS, ERR_FLAVOR, ERR_STACK_INVALID, ERR_USAGE.
 */
export async function registerComponent(component: NewComponent): Promise<string> {
  const { project, kind, name, flavor, options, description } = component;
  checkName(kindWord(kind), name);
  const file = componentFile(project, kind, name);
  await checkComponent(component, file);
  const data = { ...(description !== undefined && { description }), flavor, ...options };
  if (await createFile(file, await yamlWithSchema(data, `../../schema/${kind}.json`))) return file;
  const word = kindWord(kind);
  const hint = `sluice ${word} update ${name} changes it; sluice ${word} delete ${name} removes it.`;
  throw sluiceError('ERR_FILE_EXISTS', { path: `The ${word} ${name} (${file})`, hint });
}

/** Checks a component against its flavor; references are not filled in. @throws ERR_FLAVOR, ERR_STACK_INVALID. */
export async function checkComponent(
  { project, kind, flavor: name, options }: Pick<NewComponent, 'project' | 'kind' | 'flavor' | 'options'>,
  file: string,
): Promise<void> {
  const flavor = await findFlavor(kind, name, project);
  const problems = checkRawOptions(flavor, options);
  if (problems.length > 0) throw sluiceError('ERR_STACK_INVALID', { file, problems });
}

/**
 * Changes options of a registered component; its comments stay.
 * @param change options to set; undefined removes one. @throws ERR_NOT_FOUND, ERR_FLAVOR, ERR_STACK_INVALID; nothing is written then.
 */
export async function updateComponent(
  { project, kind, name }: ComponentPlace,
  change: Readonly<Record<string, unknown>>,
): Promise<string> {
  await readComponent(project, kind, name);
  const file = componentFile(project, kind, name);
  await withLock(stacksFolder(project), async () => {
    const before = await readComponent(project, kind, name);
    const data = { flavor: before.flavor, description: before.description, ...before.options, ...change };
    const present = Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined));
    await checkComponent({ project, kind, ...componentParts(parseComponentData(present, file)) }, file);
    await editYamlFile(file, (document) => {
      for (const [key, value] of Object.entries(change)) {
        if (value === undefined) document.delete(key);
        else document.set(key, value);
      }
    });
  });
  return file;
}

/** All of them, or none. @throws ERR_NOT_FOUND; ERR_IN_USE naming the stacks that use one. */
export async function deleteComponents({
  project,
  kind,
  names,
}: Omit<ComponentPlace, 'name'> & { readonly names: readonly string[] }): Promise<void> {
  // One that is there and broken can be deleted too.
  const missing = names.find((name) => !existsSync(componentFile(project, kind, name)));
  if (missing !== undefined) await readComponent(project, kind, missing);
  await withLock(stacksFolder(project), async () => {
    for (const name of names) await refuseUsed({ project, kind, name });
    for (const name of names) await rm(componentFile(project, kind, name), { force: true });
  });
}

async function refuseUsed({ project, kind, name }: ComponentPlace): Promise<void> {
  const users = await stacksUsing({ project, kind, name });
  const [first] = users;
  if (first === undefined) return;
  throw sluiceError('ERR_IN_USE', {
    what: `The ${kindWord(kind)} ${name}`,
    users: users.map((user) => `stack ${user}`),
    fix: `Give them another one first: sluice stack update ${first} --${kindWord(kind)} OTHER`,
  });
}

/** Names of the stacks that name the component. @throws ERR_STACK_INVALID for a stack whose file can't be read: it may be one of them. */
export async function stacksUsing({ project, kind, name }: ComponentPlace): Promise<readonly string[]> {
  const users = await Promise.all(
    stackNames(project).map(async (stack) => {
      const { components } = await readStackData(project, stack);
      return components[kind] === name ? [stack] : [];
    }),
  );
  return users.flat();
}
