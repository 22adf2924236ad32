import 'reflect-metadata';
import type { StepDefinition } from '../model/step-definition.ts';
import type { PipelineDefinition } from './pipeline.ts';

/**
 * The only file that reads or writes decorator metadata. Facts hang on the class under symbols of our own; there is no global list.
 * `Symbol.for`: a second copy of the engine in one process still reads the facts of the first.
 */
const STEPS = Symbol.for('sluice.steps');
const PIPELINE = Symbol.for('sluice.pipeline');

type StepListener = (prototype: object, definition: StepDefinition) => void;
let listener: StepListener | undefined;

export function addStepFact(prototype: object, definition: StepDefinition): void {
  Reflect.defineMetadata(STEPS, [...ownStepFacts(prototype), definition], prototype);
  listener?.(prototype, definition);
}

/** From now on hears of every step that is declared: a worker process has to find classes that no module exports. */
export function onStepFact(heard: StepListener): void {
  listener = heard;
}

/** Steps that the class itself declares. */
export const ownStepFacts = (prototype: object): readonly StepDefinition[] =>
  (Reflect.getOwnMetadata(STEPS, prototype) as readonly StepDefinition[] | undefined) ?? [];

/** Steps of a class, inherited ones first. */
export function stepFacts(prototype: object): readonly StepDefinition[] {
  const parent: object | null = Object.getPrototypeOf(prototype);
  const inherited = parent && parent !== Object.prototype ? stepFacts(parent) : [];
  return [...inherited, ...ownStepFacts(prototype)];
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
