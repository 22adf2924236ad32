import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { sluiceError } from '../errors.ts';
import type { Project } from './project.ts';

/** One component in a stack's file: a flavor and that flavor's own options. */
const Component = z.looseObject({ flavor: z.string() });

/** A file under `stacks/`. Kinds left out are those of the embedded stack. */
export const StackFile = z.strictObject({
  description: z.string().optional(),
  orchestrator: Component.default({ flavor: 'local' }),
  artifact_store: Component.default({ flavor: 'local' }),
  metadata_store: Component.default({ flavor: 'sqlite' }),
  experiment_tracker: Component.default({ flavor: 'local' }),
});

export interface StackConfig extends z.output<typeof StackFile> {
  readonly name: string;
  /** Absolute path; undefined for the embedded stack without a file. */
  readonly file: string | undefined;
}

/** The stack that is used without a word: needs no file. */
export const EMBEDDED = 'local';

/** Names of the project's stacks, the embedded one first. */
export function stackNames(project: Project): readonly string[] {
  const folder = join(project.dir, 'stacks');
  const files = existsSync(folder) ? readdirSync(folder).filter((file) => /\.ya?ml$/.test(file)) : [];
  return [...new Set([EMBEDDED, ...files.map((file) => file.replace(/\.ya?ml$/, '')).sort()])];
}

/** Which stack a command works on: `--stack`, else SLUICE_STACK, else the one that was set, else the embedded one. */
export function activeStackName(project: Project, given?: string, env: NodeJS.ProcessEnv = process.env): string {
  const marker = join(project.home, 'active-stack');
  return given ?? env['SLUICE_STACK'] ?? (existsSync(marker) ? readFileSync(marker, 'utf8').trim() : EMBEDDED);
}

/**
 * A stack's file, checked, with `${env:NAME}` filled in.
 * @throws ERR_STACK_NOT_FOUND, ERR_STACK_INVALID.
 */
export async function readStackConfig(project: Project, name: string): Promise<StackConfig> {
  const file = ['yaml', 'yml'].map((end) => join(project.dir, 'stacks', `${name}.${end}`)).find(existsSync);
  if (!file && name !== EMBEDDED) throw sluiceError('ERR_STACK_NOT_FOUND', { name, known: stackNames(project) });
  const data = file ? await parseYaml(file) : {};
  const parsed = StackFile.safeParse(withEnvironment(data ?? {}, file ?? name));
  if (parsed.success) return { ...parsed.data, name, file };
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'stack'}: ${message}`);
  throw sluiceError('ERR_STACK_INVALID', { file: file ?? name, problems });
}

async function parseYaml(file: string): Promise<unknown> {
  const { parse } = await import('yaml');
  try {
    return parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw sluiceError('ERR_STACK_INVALID', { file, problems: [(error as Error).message.trim()] }, error);
  }
}

/** `${env:NAME}` in every text; a variable that is not set is an error by name. */
function withEnvironment(value: unknown, file: string): unknown {
  if (typeof value === 'string') {
    return value.replace(/\$\{env:([A-Za-z_][A-Za-z0-9_]*)\}/g, (_, name: string) => {
      const found = process.env[name];
      if (found !== undefined) return found;
      throw sluiceError('ERR_STACK_INVALID', { file, problems: [`the environment variable ${name} is not set`] });
    });
  }
  if (Array.isArray(value)) return value.map((item) => withEnvironment(item, file));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withEnvironment(item, file)]));
}
