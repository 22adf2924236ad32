import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { sluiceError } from '../errors.ts';
import { checkName } from './check-name.ts';
import { componentFile, componentParts, kindWord, readComponent } from './component-files.ts';
import { COMPONENT_KINDS, type ComponentKind } from './component-kind.ts';
import { checkComponent } from './edit-components.ts';
import { withLock } from './files/with-lock.ts';
import { createFile } from './files/write-file.ts';
import { parseYaml, readYamlFile, yamlWithSchema } from './files/yaml-file.ts';
import { findFlavor } from './find-flavor.ts';
import { holdsReference } from './interpolate.ts';
import { type ComponentData, parseComponentData, parseStackData, type StackData } from './parse-stack-data.ts';
import type { Project } from './project.ts';
import { readStackData, stackFile } from './stack-config.ts';

type Components = Readonly<Partial<Record<ComponentKind, Readonly<Record<string, ComponentData>>>>>;

/** One stack with the registered components it names: what `sluice stack export` writes. References stay references. */
export interface StackBundle {
  readonly name: string;
  readonly stack: StackData;
  readonly components: Components;
}

/**
 * A stack as one document.
 * @throws ERR_STACK_NOT_FOUND, ERR_STACK_INVALID; ERR_USAGE when a password stands in it as plain text.
 */
export async function exportStack(project: Project, name: string): Promise<string> {
  const { description, components } = await readStackData(project, name);
  const registered: Partial<Record<ComponentKind, Record<string, ComponentData>>> = {};
  for (const kind of COMPONENT_KINDS) {
    const said = components[kind];
    const data = typeof said === 'string' ? await registeredData(project, kind, said, name) : said;
    if (data) await refuseLiteralSecrets(project, kind, data);
    if (typeof said === 'string' && data) registered[kind] = { [said]: data };
  }
  const { stringify } = await import('yaml');
  const stack = { ...(description !== undefined && { description }), ...components };
  return stringify({ name, stack, components: registered }, { lineWidth: 0 });
}

async function registeredData(
  project: Project,
  kind: ComponentKind,
  name: string,
  stack: string,
): Promise<ComponentData> {
  await readComponent(project, kind, name, stackFile(project, stack) ?? stack);
  const file = componentFile(project, kind, name);
  return parseComponentData(await readYamlFile(file), file);
}

async function refuseLiteralSecrets(project: Project, kind: ComponentKind, data: ComponentData): Promise<void> {
  const { flavor: name, options } = componentParts(data);
  const { secretOptions = [] } = await findFlavor(kind, name, project);
  const literal = secretOptions.find((option) => options[option] !== undefined && !holdsReference(options[option]));
  if (literal === undefined) return;
  throw sluiceError('ERR_USAGE', {
    message: `${kind}.${literal} is written in plain text, and would be exported so.`,
    hint: `Keep it as a secret (sluice secret set NAME) and write \${secret:NAME} in its place.`,
  });
}

/**
 * Adds an exported stack and its components. Everything is checked first, and a component that is there already has to be the same: a file that is
 * broken or does not fit changes nothing.
 *
 * @param options.name what the stack is to be called here; default: its own name.
 * @returns the files written. @throws ERR_STACK_INVALID, ERR_FLAVOR, ERR_FILE_EXISTS, ERR_USAGE.
 */
export async function importStack(
  project: Project,
  { text, file, name: given }: { readonly text: string; readonly file: string; readonly name?: string | undefined },
): Promise<readonly string[]> {
  const bundle = parseBundle(await parseYaml(text, file), file);
  const name = given ?? bundle.name;
  checkName('stack', name);
  await checkBundle(project, bundle, file);
  return withLock(join(project.dir, 'stacks'), async () => {
    const fresh = await newComponents(project, bundle);
    const { description, components } = bundle.stack;
    const stack = { ...(description !== undefined && { description }), ...components };
    const texts = [
      ...(await Promise.all(
        fresh.map(async ({ path, kind, data }) => ({
          path,
          text: await yamlWithSchema(data, `../../schema/${kind}.json`),
        })),
      )),
      {
        path: stackFile(project, name) ?? join(project.dir, 'stacks', `${name}.yaml`),
        text: await yamlWithSchema(stack, 'schema/stack.json'),
      },
    ];
    return createAll(texts);
  });
}

/** All of the files, or none of them. */
async function createAll(files: readonly { readonly path: string; readonly text: string }[]): Promise<string[]> {
  const written: string[] = [];
  try {
    for (const { path, text } of files) {
      if (!(await createFile(path, text))) {
        const hint = 'Nothing was changed. Import it under another name: --name OTHER';
        throw sluiceError('ERR_FILE_EXISTS', { path, hint });
      }
      written.push(path);
    }
    return written;
  } catch (error) {
    await Promise.all(written.map((path) => rm(path, { force: true })));
    throw error;
  }
}

function parseBundle(data: unknown, file: string): StackBundle {
  const hint = 'Nothing was changed. sluice stack export NAME FILE writes such a file.';
  const invalid = (problem: string): Error => sluiceError('ERR_STACK_INVALID', { file, problems: [problem], hint });
  const { name, stack, components = {}, ...rest } = data as Partial<Record<string, unknown>>;
  const [stray] = Object.keys(rest);
  if (typeof name !== 'string' || stack === undefined) {
    throw invalid('it is no exported stack: `name`, `stack` and `components` are expected');
  }
  if (stray !== undefined) throw invalid(`${stray}: an exported stack has name, stack and components`);
  if (components === null || typeof components !== 'object') throw invalid('components: expected kinds of components');
  const checked = Object.entries(components).map(([kind, named]) => {
    if (!COMPONENT_KINDS.some((known) => known === kind)) throw invalid(`components.${kind}: there is no such kind`);
    const entries = Object.entries((named ?? {}) as object).map(([component, said]) => {
      checkName(kind, component);
      return [component, parseComponentData(said, `${file} components.${kind}.${component}`)];
    });
    return [kind, Object.fromEntries(entries)];
  });
  return { name, stack: parseStackData(stack, file), components: Object.fromEntries(checked) as Components };
}

async function checkBundle(project: Project, { stack, components }: StackBundle, file: string): Promise<void> {
  for (const kind of COMPONENT_KINDS) {
    const said = stack.components[kind];
    if (typeof said === 'string' && !components[kind]?.[said]) await readComponent(project, kind, said, file);
    const inline = said !== undefined && typeof said !== 'string' ? [said] : [];
    for (const data of [...Object.values(components[kind] ?? {}), ...inline]) {
      await checkComponent({ project, kind, ...componentParts(data) }, file);
    }
  }
}

/** Those that are not there yet. @throws ERR_FILE_EXISTS for one that is there and differs. */
async function newComponents(
  project: Project,
  { components }: StackBundle,
): Promise<{ readonly path: string; readonly kind: ComponentKind; readonly data: ComponentData }[]> {
  const fresh = [];
  for (const kind of COMPONENT_KINDS) {
    for (const [name, data] of Object.entries(components[kind] ?? {})) {
      const path = componentFile(project, kind, name);
      if (!existsSync(path)) fresh.push({ path, kind, data });
      else if (!isDeepStrictEqual(await readYamlFile(path), data)) {
        const hint = `Nothing was changed. The two differ: rename the one in the file, or delete the one here.`;
        throw sluiceError('ERR_FILE_EXISTS', { path: `Another ${kindWord(kind)} ${name} (${path})`, hint });
      }
    }
  }
  return fresh;
}
