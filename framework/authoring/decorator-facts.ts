import 'reflect-metadata';
import type { StepDefinition } from '../model/step-definition.ts';
import type { PipelineDefinition } from './pipeline.ts';

/**
 * The only file that reads or writes decorator metadata. Facts hang on the class under symbols of our own; there is no global list.
 * `Symbol.for`: a second copy of the engine in one process still reads the facts of the first.
 */
const STEPS = Symbol.for('sluice.steps');
const PIPELINE = Symbol.for('sluice.pipeline');

export function addStepFact(prototype: object, definition: StepDefinition): void {
  const own: readonly StepDefinition[] = Reflect.getOwnMetadata(STEPS, prototype) ?? [];
  Reflect.defineMetadata(STEPS, [...own, definition], prototype);
}

/** Steps of a class, inherited ones first. */
export function stepFacts(prototype: object): readonly StepDefinition[] {
  const parent: object | null = Object.getPrototypeOf(prototype);
  const inherited = parent && parent !== Object.prototype ? stepFacts(parent) : [];
  return [...inherited, ...((Reflect.getOwnMetadata(STEPS, prototype) as readonly StepDefinition[] | undefined) ?? [])];
}

export function setPipelineFact(target: object, definition: PipelineDefinition): void {
  Reflect.defineMetadata(PIPELINE, definition, target);
}

export const pipelineFact = (target: object): PipelineDefinition | undefined =>
  Reflect.getOwnMetadata(PIPELINE, target) as PipelineDefinition | undefined;

/** Names of a method's declared parameter types, for display only; undefined without emitted metadata. */
export function declaredTypes(prototype: object, method: string): readonly string[] | undefined {
  const types = Reflect.getMetadata('design:paramtypes', prototype, method) as readonly { name?: string }[] | undefined;
  return types?.map((type) => type?.name ?? 'Object');
}
