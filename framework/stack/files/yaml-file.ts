import { readFileSync } from 'node:fs';
import type { Document } from 'yaml';
import { sluiceError } from '../../errors.ts';
import { plainYaml } from './plain-yaml.ts';
import { replaceFile } from './write-file.ts';

const SYNTAX = 'This is no YAML yet: correct the file at that place.';

/** The data of a YAML file; `{}` of an empty one. @throws ERR_STACK_INVALID with the place; ERR_FILE_NOT_FOUND. */
export async function readYamlFile(file: string): Promise<unknown> {
  return parseYaml(textOf(file), file);
}

/** @param file for messages. @throws ERR_STACK_INVALID with the place. */
export async function parseYaml(text: string, file: string): Promise<unknown> {
  const plain = plainYaml(text);
  if (plain) return plain;
  const { parse } = await import('yaml');
  try {
    return (parse(text) as unknown) ?? {};
  } catch (error) {
    throw sluiceError('ERR_STACK_INVALID', { file, problems: [(error as Error).message.trim()], hint: SYNTAX }, error);
  }
}

/**
 * Changes a YAML file in place: comments, order and blank lines stay. Nothing is written when `edit` throws.
 * @throws ERR_STACK_INVALID for a file that does not parse.
 */
export async function editYamlFile(file: string, edit: (document: Document) => void): Promise<void> {
  const { parseDocument } = await import('yaml');
  const document: Document = parseDocument(textOf(file));
  if (document.errors.length > 0) {
    const problems = document.errors.map(({ message }) => message.trim());
    throw sluiceError('ERR_STACK_INVALID', { file, problems, hint: SYNTAX });
  }
  edit(document);
  await replaceFile(file, document.toString({ lineWidth: 0 }));
}

/** YAML of plain data, after a line that tells editors which schema checks it. */
export async function yamlWithSchema(data: unknown, schema: string): Promise<string> {
  const { stringify } = await import('yaml');
  return `# yaml-language-server: $schema=${schema}\n${stringify(data, { lineWidth: 0 })}`;
}

/** At once: `fs/promises` is a dozen modules of Node, which a cached run needs for nothing else. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'ENOENT') throw error;
    throw sluiceError('ERR_FILE_NOT_FOUND', { path: file, what: 'File' }, error);
  }
}
