import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sluiceError } from '../errors.ts';
import { type ComponentConfig, componentParts, readComponent } from './component-files.ts';
import { COMPONENT_KINDS, type ComponentKind } from './component-kind.ts';
import { readYamlFile } from './files/yaml-file.ts';
import { parseStackData, type StackData } from './parse-stack-data.ts';
import type { Project } from './project.ts';

export interface StackConfig {
  readonly name: string;
  /** Absolute path; undefined for the embedded stack without a file. */
  readonly file: string | undefined;
  readonly description: string | undefined;
  readonly components: Readonly<Record<ComponentKind, ComponentConfig>>;
}

/** The stack that is used without a word: needs no file. */
export const EMBEDDED = 'local';

/** What a stack has of each kind that its file leaves out. */
export const EMBEDDED_FLAVORS: Readonly<Record<ComponentKind, string>> = {
  orchestrator: 'local',
  artifact_store: 'local',
  metadata_store: 'sqlite',
  experiment_tracker: 'local',
};

/** Names of the project's stacks, the embedded one first. */
export function stackNames(project: Project): readonly string[] {
  const folder = join(project.dir, 'stacks');
  const files = existsSync(folder) ? readdirSync(folder).filter((file) => /^[^.].*\.ya?ml$/.test(file)) : [];
  return [...new Set([EMBEDDED, ...files.map((file) => file.replace(/\.ya?ml$/, '')).sort()])];
}

/** Which stack a command works on: `--stack`, else SLUICE_STACK, else the one that was set, else the embedded one. */
export function activeStackName(project: Project, given?: string, env: NodeJS.ProcessEnv = process.env): string {
  return given ?? env['SLUICE_STACK'] ?? setStackName(project) ?? EMBEDDED;
}

/** File that keeps what `sluice stack set` said, for this checkout alone. */
export const activeStackFile = (project: Project): string => join(project.home, 'active-stack');

function setStackName(project: Project): string | undefined {
  const marker = activeStackFile(project);
  return existsSync(marker) ? readFileSync(marker, 'utf8').trim() || undefined : undefined;
}

/** Absolute path of a stack's file, undefined when it has none. */
export const stackFile = (project: Project, name: string): string | undefined =>
  ['yaml', 'yml'].map((end) => join(project.dir, 'stacks', `${name}.${end}`)).find(existsSync);

/** A stack's own file, checked in its form. @throws ERR_STACK_NOT_FOUND, ERR_STACK_INVALID. */
export async function readStackData(project: Project, name: string): Promise<StackData> {
  const file = stackFile(project, name);
  if (!file && name !== EMBEDDED) throw sluiceError('ERR_STACK_NOT_FOUND', { name, known: stackNames(project) });
  return parseStackData(file ? await readYamlFile(file) : {}, file ?? name);
}

/**
 * A stack's file with the registered components that it names, checked in its form; flavors and options are checked when a component is opened.
 * @throws ERR_STACK_NOT_FOUND, ERR_STACK_INVALID.
 */
export async function readStackConfig(project: Project, name: string): Promise<StackConfig> {
  const { description, components } = await readStackData(project, name);
  const file = stackFile(project, name);
  const configs = await Promise.all(
    COMPONENT_KINDS.map(async (kind): Promise<ComponentConfig> => {
      const said = components[kind];
      if (said === undefined) {
        return { kind, name: undefined, file: undefined, flavor: EMBEDDED_FLAVORS[kind], options: {} };
      }
      if (typeof said === 'string') return readComponent(project, kind, said, file ?? name);
      return { kind, name: undefined, file, ...componentParts(said) };
    }),
  );
  const byKind = Object.fromEntries(configs.map((config) => [config.kind, config]));
  return { name, file, description, components: byKind as Record<ComponentKind, ComponentConfig> };
}
