import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { sluiceError } from '../errors.ts';
import { checkName } from './check-name.ts';
import { componentNames, kindWord, readComponent } from './component-files.ts';
import { COMPONENT_KINDS, type ComponentKind } from './component-kind.ts';
import { withLock } from './files/with-lock.ts';
import { createFile, replaceFile } from './files/write-file.ts';
import { editYamlFile, yamlWithSchema } from './files/yaml-file.ts';
import { builtInFlavors } from './flavors.ts';
import type { ComponentData } from './parse-stack-data.ts';
import type { Project } from './project.ts';
import {
  activeStackFile,
  activeStackName,
  EMBEDDED,
  EMBEDDED_FLAVORS,
  readStackConfig,
  readStackData,
  stackFile,
  stackNames,
} from './stack-config.ts';

/** Components by kind, as a person names them: a registered component, or a built-in flavor that needs no options. */
export type ComponentChoice = Readonly<Partial<Record<ComponentKind, string>>>;

const folderOf = (project: Project): string => join(project.dir, 'stacks');
const newFile = (project: Project, name: string): string => join(folderOf(project), `${name}.yaml`);

/**
 * Writes the file of a new stack; kinds left out are the embedded ones.
 * @returns the file. @throws ERR_FILE_EXISTS, ERR_NOT_FOUND, ERR_USAGE.
 */
export async function registerStack(
  project: Project,
  name: string,
  { components, description }: { readonly components: ComponentChoice; readonly description?: string | undefined },
): Promise<string> {
  checkName('stack', name);
  // Under the lock: a component that is being deleted can't be named meanwhile.
  return withLock(folderOf(project), async () => {
    const chosen = await chosenComponents(project, components);
    const rest = COMPONENT_KINDS.map((kind) => [kind, chosen[kind] ?? { flavor: EMBEDDED_FLAVORS[kind] }]);
    const data = { ...(description !== undefined && { description }), ...Object.fromEntries(rest) };
    return createStack(project, name, await yamlWithSchema(data, 'schema/stack.json'));
  });
}

/** Gives a stack other components; comments in its file stay. @throws ERR_STACK_NOT_FOUND, ERR_NOT_FOUND. */
export async function updateStack(
  project: Project,
  name: string,
  { components, description }: { readonly components: ComponentChoice; readonly description?: string | undefined },
): Promise<string> {
  return editStack(project, name, async () => {
    const chosen = await chosenComponents(project, components);
    return (document) => {
      if (description !== undefined) document.set('description', description);
      for (const [kind, component] of Object.entries(chosen)) document.set(kind, component);
    };
  });
}

/** Takes components out of a stack: the embedded ones take their place. @throws ERR_STACK_NOT_FOUND. */
export const removeFromStack = (project: Project, name: string, kinds: readonly ComponentKind[]): Promise<string> =>
  editStack(project, name, async () => (document) => {
    for (const kind of kinds) document.delete(kind);
  });

/** @param prepare looks up, under the lock, what the change needs. */
async function editStack(
  project: Project,
  name: string,
  prepare: () => Promise<Parameters<typeof editYamlFile>[1]>,
): Promise<string> {
  await readStackData(project, name);
  return withLock(folderOf(project), async () => {
    const edit = await prepare();
    await createEmbedded(project, name);
    const file = stackFile(project, name);
    if (!file) throw sluiceError('ERR_STACK_NOT_FOUND', { name, known: stackNames(project) });
    await editYamlFile(file, edit);
    return file;
  });
}

/** The embedded stack may have no file; whoever changes it gets one. */
async function createEmbedded(project: Project, name: string): Promise<void> {
  if (name === EMBEDDED && !stackFile(project, name)) await createFile(newFile(project, name), await embeddedText());
}

const embeddedText = (): Promise<string> =>
  yamlWithSchema(
    Object.fromEntries(COMPONENT_KINDS.map((kind) => [kind, { flavor: EMBEDDED_FLAVORS[kind] }])),
    'schema/stack.json',
  );

/** Another stack of the same components, its file word for word. @throws ERR_STACK_NOT_FOUND, ERR_FILE_EXISTS. */
export async function copyStack(project: Project, from: string, to: string): Promise<string> {
  checkName('stack', to);
  await readStackData(project, from);
  const file = stackFile(project, from);
  return createStack(project, to, file ? await readFile(file, 'utf8') : await embeddedText());
}

/** @throws ERR_STACK_NOT_FOUND, ERR_FILE_EXISTS; ERR_USAGE for the embedded stack. */
export async function renameStack(project: Project, from: string, to: string): Promise<string> {
  if (from === EMBEDDED) {
    throw sluiceError('ERR_USAGE', {
      message: `The stack ${EMBEDDED} is the embedded one and keeps its name.`,
      hint: `sluice stack copy ${EMBEDDED} ${to} makes another one like it.`,
    });
  }
  return withLock(folderOf(project), async () => {
    const created = await copyStack(project, from, to);
    await rm(stackFile(project, from) ?? created, { force: true });
    if (activeStackName(project, undefined, {}) === from) await setActiveStack(project, to);
    return created;
  });
}

/**
 * Removes a stack's file; its components stay.
 * @throws ERR_STACK_NOT_FOUND; ERR_IN_USE for the active stack without `force`; ERR_USAGE for the embedded stack without a file.
 */
export async function deleteStack(
  project: Project,
  name: string,
  { force, env }: { readonly force: boolean; readonly env: NodeJS.ProcessEnv },
): Promise<void> {
  const file = stackFile(project, name);
  if (!file && name !== EMBEDDED) throw sluiceError('ERR_STACK_NOT_FOUND', { name, known: stackNames(project) });
  if (activeStackName(project, undefined, env) === name && !force) {
    throw sluiceError('ERR_IN_USE', {
      what: `Stack ${name}`,
      users: ['every command here: it is the active one'],
      fix: 'Activate another one first (sluice stack set NAME), or say --force.',
    });
  }
  if (!file) {
    throw sluiceError('ERR_USAGE', {
      message: `The stack ${EMBEDDED} is the embedded one: it has no file that could be removed.`,
      hint: 'sluice stack list shows the stacks that have one.',
    });
  }
  await withLock(folderOf(project), () => rm(file, { force: true }));
  if (activeStackName(project, undefined, {}) === name) await rm(activeStackFile(project), { force: true });
}

/** Makes a stack the active one of this checkout. @throws ERR_STACK_NOT_FOUND, ERR_STACK_INVALID. */
export async function setActiveStack(project: Project, name: string): Promise<void> {
  await readStackConfig(project, name);
  await replaceFile(activeStackFile(project), `${name}\n`);
}

/** @throws ERR_FILE_EXISTS. */
async function createStack(project: Project, name: string, text: string): Promise<string> {
  const file = stackFile(project, name) ?? newFile(project, name);
  if (await createFile(file, text)) return file;
  const hint = `sluice stack update ${name} changes it; sluice stack delete ${name} removes it.`;
  throw sluiceError('ERR_FILE_EXISTS', { path: `Stack ${name} (${file})`, hint });
}

/** What a stack's file says of each chosen component: its name, or the flavor itself. */
async function chosenComponents(
  project: Project,
  choice: ComponentChoice,
): Promise<Readonly<Partial<Record<ComponentKind, string | ComponentData>>>> {
  const entries = COMPONENT_KINDS.flatMap((kind) => {
    const name = choice[kind];
    return name === undefined ? [] : [chosen(project, kind, name).then((said) => [kind, said] as const)];
  });
  return Object.fromEntries(await Promise.all(entries));
}

async function chosen(project: Project, kind: ComponentKind, name: string): Promise<string | ComponentData> {
  if (!componentNames(project, kind).includes(name)) {
    const flavor = (await builtInFlavors(kind)).find((one) => one.name === name);
    if (flavor?.options.safeParse({}).success) return { flavor: name };
    if (flavor) {
      throw sluiceError('ERR_USAGE', {
        message: `${name} is a flavor of ${kindWord(kind)} that needs options.`,
        hint: `Register a component of it: sluice ${kindWord(kind)} register NAME --flavor ${name} --help`,
      });
    }
  }
  await readComponent(project, kind, name);
  return name;
}
