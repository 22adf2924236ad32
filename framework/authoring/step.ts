import { sluiceError } from '../errors.ts';
import type { StepDefinition, StepMethod, StepOptions } from '../model/step-definition.ts';
import { nearest } from '../nearest.ts';
import { addStepFact, stepFacts } from './decorator-facts.ts';
import { currentRecording } from './recorder.ts';
import { decoratedFile } from './source-file.ts';

const NAME = /^[a-z][a-z0-9_-]*$/;
const RESOURCES: readonly string[] = ['cpu', 'memory', 'gpu'];

/**
 * Makes an async method a pipeline step. In a pipeline body a call of it is recorded and returns a stand-in for its result, or, in a dynamic
 * pipeline, goes through the cache and returns the result; everywhere else (unit tests, scripts, other steps) it is the plain method.
 *
 * @throws ERR_STEP_DEFINITION for a bad name, a name used twice in the class, a static or a non-method member.
 * @example
 * class Steps {
 *   @step({ retry: { attempts: 3 }, timeout: '10m' })
 *   async load(url: string): Promise<{ rows: number[] }> { … }
 * }
 */
export function step(options: StepOptions = {}) {
  return <M extends StepMethod>(target: object, key: string | symbol, descriptor: TypedPropertyDescriptor<M>): void => {
    const method = String(key);
    const name = options.name ?? method;
    const body = descriptor?.value;
    check(target, name, method, body, options);
    const definition: StepDefinition = Object.freeze({
      name,
      className: (target as { constructor: { name: string } }).constructor.name,
      method,
      file: decoratedFile(),
      options: Object.freeze({ ...options }),
      body: body as StepMethod,
    });
    addStepFact(target, definition);
    descriptor.value = function call(this: object, ...args: never[]) {
      const recording = currentRecording();
      if (!recording) return (body as M).apply(this, args);
      return recording.recorder.record(definition, this, args, recording);
    } as M;
  };
}

function check(target: object, name: string, method: string, body: unknown, options: StepOptions): void {
  const refuse = (problem: string, fix: string): never => {
    throw sluiceError('ERR_STEP_DEFINITION', { step: name, problem, fix });
  };
  if (typeof target === 'function') {
    refuse(`${target.name}.${method} is static.`, `Make it an instance method: async ${method}(…) { … }`);
  }
  if (typeof body !== 'function') refuse(`${method} is not a method.`, `Write @step() async ${method}(…) { … }`);
  if (options.name !== undefined && !NAME.test(options.name)) {
    refuse(
      'a name has lower-case letters, digits, "_" and "-", and begins with a letter.',
      `@step({ name: 'load_data' })`,
    );
  }
  if (stepFacts(target).some((other) => other.name === name && other.method !== method)) {
    refuse('another step of this class has that name.', 'Give each step of a class its own name.');
  }
  if ((options.retry?.attempts ?? 1) < 1)
    refuse('retry.attempts counts all tries and is at least 1.', 'retry: { attempts: 2 }');
  const odd = Object.keys(options.resources ?? {}).find((name) => !RESOURCES.includes(name));
  if (odd !== undefined) {
    refuse(
      `there is no resource ${odd}; ${RESOURCES.join(', ')} are counted.`,
      `resources: { ${nearest(odd, RESOURCES) ?? 'cpu'}: 1 }`,
    );
  }
}
