import { sluiceError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import { COMPONENT_KINDS, type ComponentKind } from './component-kind.ts';

/** A component as a file says it: a flavor, perhaps a description, and beside them that flavor's own options. */
export interface ComponentData {
  readonly flavor: string;
  readonly description?: string | undefined;
  readonly [option: string]: unknown;
}

/** A stack as its file says it: a kind is a component, or the name of a registered one; kinds left out are the embedded ones. */
export interface StackData {
  readonly description: string | undefined;
  readonly components: Readonly<Partial<Record<ComponentKind, ComponentData | string>>>;
}

type Data = Readonly<Record<string, unknown>>;
const isData = (value: unknown): value is Data => value !== null && typeof value === 'object' && !Array.isArray(value);

/**
 * Checks the form of a stack's file. Without zod: every command that only looks at stacks reads their files.
 * @throws ERR_STACK_INVALID with all that is wrong.
 */
export function parseStackData(data: unknown, file: string): StackData {
  if (!isData(data)) throw sluiceError('ERR_STACK_INVALID', { file, problems: ['it is no list of `kind: component`'] });
  const { description, ...kinds } = data;
  const problems = [...descriptionProblems(description), ...Object.keys(kinds).flatMap(kindProblems)];
  for (const kind of COMPONENT_KINDS) {
    const said = kinds[kind];
    if (said !== undefined && typeof said !== 'string') problems.push(...componentProblems(said, `${kind}.`));
  }
  if (problems.length > 0) throw sluiceError('ERR_STACK_INVALID', { file, problems });
  return { description: description as string | undefined, components: kinds as StackData['components'] };
}

/** The same of the file of one registered component. @throws ERR_STACK_INVALID. */
export function parseComponentData(data: unknown, file: string): ComponentData {
  const problems = componentProblems(data, '');
  if (problems.length > 0) throw sluiceError('ERR_STACK_INVALID', { file, problems });
  return data as ComponentData;
}

function componentProblems(said: unknown, at: string): string[] {
  if (!isData(said)) return [`${at || 'component'} needs a flavor and its options, or the name of a component`];
  const { flavor, description } = said;
  const wrong = descriptionProblems(description).map((problem) => `${at}${problem}`);
  if (typeof flavor === 'string' && flavor !== '') return wrong;
  return [...wrong, `${at}flavor: expected the name of a flavor`];
}

const descriptionProblems = (description: unknown): string[] =>
  description === undefined || typeof description === 'string' ? [] : ['description: expected a text'];

function kindProblems(kind: string): string[] {
  if (COMPONENT_KINDS.some((known) => known === kind)) return [];
  const meant = nearest(kind, COMPONENT_KINDS);
  const known = `a stack has description, ${COMPONENT_KINDS.join(', ')}`;
  return [`${kind}: ${meant ? `did you mean ${meant}? ` : ''}${known}`];
}
