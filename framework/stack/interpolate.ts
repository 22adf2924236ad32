import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { sluiceError } from '../errors.ts';
import type { Project } from './project.ts';
import { openSecrets } from './secrets/secret-store.ts';

/** `${env:NAME}`, `${env:NAME:-default}`, `${secret:NAME}`; anything else that begins so is a slip. */
const REFERENCE = /\$\{(?:(env):([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?|(secret):([A-Za-z0-9_][A-Za-z0-9_.-]*))\}/g;
const BEGINNING = /\$\{/g;

export const holdsReference = (value: unknown): boolean => typeof value === 'string' && value.includes('${');

export interface Interpolated {
  readonly value: unknown;
  /** Places whose text came from a reference, as `a.b.0`. */
  readonly references: ReadonlySet<string>;
}

/**
 * Fills in every reference inside a component's options. Variables come from the environment, else from the project's `.env`, which is read for this
 * alone and never put into the environment: steps don't see it, and so it can't change what they compute.
 *
 * @param where the component, for messages. @throws ERR_STACK_INVALID, ERR_SECRET_MISSING, ERR_SECRET_KEY.
 */
export async function interpolate(
  value: unknown,
  { project, where }: { readonly project: Project; readonly where: string },
): Promise<Interpolated> {
  const references = new Set<string>();
  const textOf = textResolver(project, where);

  async function fill(at: unknown, path: readonly (string | number)[]): Promise<unknown> {
    if (typeof at === 'string' && holdsReference(at)) {
      references.add(path.join('.'));
      return textOf(at);
    }
    if (Array.isArray(at)) return Promise.all(at.map((item, i) => fill(item, [...path, i])));
    if (at === null || typeof at !== 'object') return at;
    const entries = Object.entries(at).map(async ([key, item]) => [key, await fill(item, [...path, key])] as const);
    return Object.fromEntries(await Promise.all(entries));
  }

  return { value: await fill(value, []), references };
}

function textResolver(project: Project, where: string): (text: string) => Promise<string> {
  const secrets = openSecrets(project.home);
  let dotEnv: NodeJS.Dict<string> | undefined;
  const hint =
    'Variables of stacks come from the environment, else from .env; ${env:NAME:-default} stands for one that may be missing.';
  const refuse = (problem: string): Error =>
    sluiceError('ERR_STACK_INVALID', { file: where, problems: [problem], hint });

  function variable(name: string, fallback: string | undefined): string {
    dotEnv ??= readDotEnv(project.dir);
    const found = process.env[name] ?? dotEnv[name];
    // As a shell and docker compose have it: a default also stands in for an empty value.
    if (fallback !== undefined) return found || fallback;
    if (found !== undefined) return found;
    throw refuse(
      `the environment variable ${name} is not set; export it, or write ${name}=… into ${join(project.dir, '.env')}`,
    );
  }

  return async (text) => {
    const parts: string[] = [];
    let end = 0;
    for (const match of text.matchAll(REFERENCE)) {
      const [whole, env, name = '', fallback, , secret = ''] = match;
      parts.push(text.slice(end, match.index), env ? variable(name, fallback) : await secrets.read(secret, where));
      end = match.index + whole.length;
    }
    parts.push(text.slice(end));
    if (misspelt(text))
      throw refuse(`"${text}" has something else than \${env:NAME}, \${env:NAME:-default} or \${secret:NAME}`);
    return parts.join('');
  };
}

/** Whether a text has a `${` that begins no reference. */
export const misspelt = (text: string): boolean =>
  [...text.matchAll(BEGINNING)].length !== [...text.matchAll(REFERENCE)].length;

/** Names of the secrets that a value asks for. */
export const secretNames = (value: unknown): readonly string[] =>
  [...JSON.stringify(value ?? null).matchAll(REFERENCE)].flatMap((match) => (match[5] === undefined ? [] : [match[5]]));

function readDotEnv(dir: string): NodeJS.Dict<string> {
  try {
    return parseEnv(readFileSync(join(dir, '.env'), 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
}
