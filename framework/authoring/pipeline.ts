import type { z } from 'zod';
import { sluiceError } from '../errors.ts';
import type { Materializer } from '../materializers/materializer.ts';
import type { Hooks } from '../model/hook.ts';
import { pipelineFact, setPipelineFact } from './decorator-facts.ts';
import { currentRecording, type Recording, recordNested } from './recorder.ts';
import { decoratedFile } from './source-file.ts';

export interface PipelineOptions<S extends z.ZodType = z.ZodType> extends Hooks {
  /** Lower-case letters, digits and `-`: what `sluice run NAME` says. */
  readonly name: string;
  /** One sentence, shown by `--help`. Default: none. */
  readonly description?: string;
  /** Parameters: defaults, command-line flags and their help come from this schema. Default: no parameters. */
  readonly params?: S;
  /**
   * How values of your own classes are stored, asked before the built-in materializers; for the outputs of every step of this pipeline, in
   * worker processes too. Their formats and versions are in the cache keys of its steps.
   */
  readonly materializers?: readonly Materializer[];
  /**
   * The body runs live: each step call goes through the cache and returns its real value, so the body may decide, loop and fan out on results.
   * Default false: the body runs once on stand-ins, and the whole graph is known before the first step.
   */
  readonly dynamic?: boolean;
}

export interface PipelineDefinition extends PipelineOptions {
  readonly className: string;
  /** Absolute path of the source file. */
  readonly file: string;
}

/** A class whose `run` is a pipeline body taking `P` and promising `R`. */
export type PipelineClass<P = never, R = unknown> = new () => { run(params: P): Promise<R> };

const NAME = /^[a-z][a-z0-9_-]*$/;

/** What `run` was before it became a pipeline's. */
const BODY = Symbol.for('sluice.body');
type Body = ((this: object, params: never) => Promise<unknown>) & { readonly [BODY]?: Body };

/**
 * Makes a class a pipeline. Its `run` is checked against the schema at compile time.
 *
 * Called in the body of another pipeline, `new Hello().run({ who })` takes the steps of this one into that one, as nodes named after the call:
 * `hello~greet`, `hello-2~greet`. The parameters are those of `run`, all of them: the schema is asked only where a run begins. Everywhere else it
 * is the plain method.
 *
 * @throws ERR_PIPELINE_DEFINITION for a bad name or a class without `run`.
 * @example
 * @pipeline({ name: 'hello', params: z.object({ who: z.string().default('world') }) })
 * class Hello {
 *   async run({ who }: { who: string }) { return new Steps().greet(who); }
 * }
 */
export function pipeline<S extends z.ZodType = z.ZodUnknown>(options: PipelineOptions<S>) {
  return (target: PipelineClass<z.output<S>>): void => {
    const refuse = (problem: string, fix: string): never => {
      throw sluiceError('ERR_PIPELINE_DEFINITION', { pipeline: options.name, problem, fix });
    };
    if (!NAME.test(options.name))
      refuse(
        'a name has lower-case letters, digits, "_" and "-", and begins with a letter.',
        `@pipeline({ name: 'train-yolo' })`,
      );
    if (typeof target.prototype?.run !== 'function')
      refuse(`${target.name} has no run method.`, 'async run(params) { … }');
    const definition = Object.freeze({ ...options, className: target.name, file: decoratedFile() });
    setPipelineFact(target, definition);
    const body = bodyOf(target);
    const run = async function (this: object, params: never): Promise<unknown> {
      const now = currentRecording();
      // Called as `super.run()` it is part of the subclass's body.
      if (!now || this.constructor !== target) return body.call(this, params);
      if (definition.dynamic) refuseInStatic(definition, now);
      return recordNested(now, definition.name, () => body.call(this, params));
    };
    Object.defineProperty(target.prototype, 'run', {
      value: Object.assign(run, { [BODY]: body }),
      writable: true,
      configurable: true,
    });
  };
}

function refuseInStatic({ name }: PipelineDefinition, { recorder }: Recording): void {
  if (recorder.isLive) return;
  throw sluiceError('ERR_PIPELINE_DEFINITION', {
    pipeline: recorder.pipeline,
    problem: `it calls ${name}, which is dynamic, and its own body runs on stand-ins.`,
    fix: `@pipeline({ name: '${recorder.pipeline}', dynamic: true })`,
  });
}

function bodyOf(target: PipelineClass): Body {
  const run = target.prototype.run as Body;
  return run[BODY] ?? run;
}

/** Runs the body of a pipeline, of a new object of its class. */
export const callBody = (target: PipelineClass, params: unknown): Promise<unknown> =>
  bodyOf(target).call(new target(), params as never);

/** What `@pipeline` left on a class. @throws ERR_PIPELINE_DEFINITION when it is no pipeline. */
export function pipelineDefinition(target: PipelineClass): PipelineDefinition {
  const definition = pipelineFact(target);
  if (definition) return definition;
  throw sluiceError('ERR_PIPELINE_DEFINITION', {
    pipeline: target.name,
    problem: 'the class has no @pipeline decorator.',
    fix: `@pipeline({ name: 'my-pipeline' }) class ${target.name || 'MyPipeline'} { … }`,
  });
}

export const isPipeline = (value: unknown): value is PipelineClass =>
  typeof value === 'function' && pipelineFact(value) !== undefined;
