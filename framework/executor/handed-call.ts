import { isDeepStrictEqual } from 'node:util';
import { ownStepFacts } from '../authoring/decorator-facts.ts';
import { sourceOfClass } from '../code/class-source.ts';
import type { PlanNode } from '../dag/plan.ts';
import { sluiceError } from '../errors.ts';
import { type Sendable, toSendable } from './sendable.ts';

/** A step call of a dynamic pipeline as its worker process gets it: the body that made it runs elsewhere, and only once. */
export interface HandedCall {
  /** Where the receiver's class is written. */
  readonly file: string;
  readonly className: string;
  readonly method: string;
  /** The receiver's own fields; null: a new object of the class is the same. */
  readonly fields: Sendable | null;
  readonly args: readonly Sendable[];
  readonly argNames: readonly string[];
  readonly parents: readonly string[];
}

/**
 * @throws ERR_STEP_DEFINITION for a receiver that no other process can make again, with the field that is in the way; ERR_UNENCODABLE for an
 * argument, which its key has refused before.
 */
export function handOver(node: PlanNode): HandedCall {
  const { step, receiver, argNames, parents } = node;
  const prototype = Object.getPrototypeOf(receiver) as { readonly constructor: new () => object };
  const type = prototype.constructor;
  const [own] = ownStepFacts(prototype);
  const source = own ?? sourceOfClass(type);
  if (!source)
    throw notHanded(node, `it was called on a ${type.name}, a subclass that is not at the top level of its file`);
  const args = node.args.map((arg, i) => {
    const sent = toSendable(arg);
    if (sent) return sent;
    throw sluiceError('ERR_UNENCODABLE', { where: `argument ${argNames[i]}`, kind: 'not plain data' });
  });
  const { file, className } = source;
  return { file, className, method: step.method, fields: fieldsOf(node, type), args, argNames, parents };
}

/** `#name` in a class body: state that can be neither seen nor sent. */
const PRIVATE_FIELD = /[\s;{]#[A-Za-z_$][\w$]*\s*[;=]/;
const TAKES_NOTHING = /\bconstructor\s*\(\s*\)/;

function fieldsOf(node: PlanNode, type: new () => object): Sendable | null {
  const { receiver } = node;
  const text = Function.prototype.toString.call(type);
  const hasPrivate = PRIVATE_FIELD.test(text);
  const sent = hasPrivate ? undefined : toSendable({ ...receiver });
  if (sent) return sent;
  // An object that is made without arguments comes out the same there, whatever it holds.
  const isMadeOfNothing = !/\bconstructor\b/.test(text) || TAKES_NOTHING.test(text) || !hasPrivate;
  if (isMadeOfNothing && type.length === 0 && isDeepStrictEqual(new type(), receiver)) return null;
  const field = Object.entries(receiver).find(([, value]) => !toSendable(value))?.[0];
  throw notHanded(node, `the ${type.name} that it was called on holds ${field ?? 'private state'}`);
}

const notHanded = ({ step }: PlanNode, problem: string): Error =>
  sluiceError('ERR_STEP_DEFINITION', {
    step: step.name,
    problem: `it runs in a process of its own, and ${problem}, which can not be handed to another process.`,
    fix: `Pass it as an argument of ${step.method}, make it in the constructor's defaults, or leave out isolation: 'process'.`,
  });
