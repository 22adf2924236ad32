import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { sluiceError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import type { ComponentKind } from './component-kind.ts';
import { readYamlFile } from './files/yaml-file.ts';
import { type ComponentData, parseComponentData } from './parse-stack-data.ts';
import type { Project } from './project.ts';

/** One component as its YAML says it: references are not filled in. */
export interface ComponentConfig {
  readonly kind: ComponentKind;
  /** Name of the registered component; undefined of one that stands in the stack's own file. */
  readonly name: string | undefined;
  /** Absolute path of the file that says it; undefined for a default. */
  readonly file: string | undefined;
  readonly flavor: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** `artifact_store` as the command and its messages say it: `artifact-store`. */
export const kindWord = (kind: ComponentKind): string => kind.replace('_', '-');

/** Folder of the registered components of a kind. */
export const componentFolder = (project: Project, kind: ComponentKind): string =>
  join(project.dir, 'stacks', 'components', kind);

export const componentFile = (project: Project, kind: ComponentKind, name: string): string =>
  join(componentFolder(project, kind), `${name}.yaml`);

/** Names of the registered components of a kind, sorted. */
export function componentNames(project: Project, kind: ComponentKind): readonly string[] {
  const folder = componentFolder(project, kind);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => /^[^.].*\.yaml$/.test(file))
    .map((file) => file.replace(/\.yaml$/, ''))
    .sort();
}

/**
 * A registered component.
 * @param askedBy file of the stack that names it; undefined when a person does. @throws ERR_NOT_FOUND, ERR_STACK_INVALID.
 */
export async function readComponent(
  project: Project,
  kind: ComponentKind,
  name: string,
  askedBy?: string,
): Promise<ComponentConfig & { readonly description: string | undefined }> {
  const file = componentFile(project, kind, name);
  if (!existsSync(file)) throw noComponent(project, kind, name, askedBy);
  const data = parseComponentData(await readYamlFile(file), file);
  return { kind, name, file, description: data.description, ...componentParts(data) };
}

function noComponent(project: Project, kind: ComponentKind, name: string, askedBy: string | undefined): Error {
  const known = componentNames(project, kind);
  const near = nearest(name, known);
  const all = known.length > 0 ? `There are: ${known.join(', ')}. ` : '';
  const register = `sluice ${kindWord(kind)} register ${name} --flavor F makes one.`;
  const hint = `${near ? `Did you mean ${near}? ` : ''}${all}${register}`;
  if (askedBy === undefined) return sluiceError('ERR_NOT_FOUND', { what: kindWord(kind), reference: name, hint });
  return sluiceError('ERR_STACK_INVALID', {
    file: askedBy,
    problems: [`${kind}: there is no registered component ${name}. ${hint}`],
  });
}

/** Flavor and options of what a file says of a component. */
export function componentParts(data: ComponentData): Pick<ComponentConfig, 'flavor' | 'options'> {
  const { flavor, description: _, ...options } = data;
  return { flavor, options };
}
