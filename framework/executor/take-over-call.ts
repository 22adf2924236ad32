import { pathToFileURL } from 'node:url';
import { onStepFact, stepFacts } from '../authoring/decorator-facts.ts';
import type { PlanNode } from '../dag/plan.ts';
import { sluiceError } from '../errors.ts';
import type { HandedCall } from './handed-call.ts';
import { fromSendable } from './sendable.ts';

type StepClass = new () => object;

/** The classes with steps that this process has loaded. */
export interface KnownClasses {
  find(place: Pick<HandedCall, 'file' | 'className'>): StepClass | undefined;
}

/** From now on remembers every class with steps that a module declares, exported or not. */
export function knowClasses(): KnownClasses {
  const classes = new Map<string, StepClass>();
  const place = (file: string, className: string): string => `${file}#${className}`;
  onStepFact((prototype, { file, className }) => {
    classes.set(place(file, className), (prototype as { readonly constructor: StepClass }).constructor);
  });
  return { find: ({ file, className }) => classes.get(place(file, className)) };
}

/**
 * The call again, in a worker process that has loaded the pipeline's file. Modules that the body imports late are imported here.
 * @throws ERR_STEP_SOURCE when the class is neither declared with steps nor exported.
 */
export async function takeOver(call: HandedCall, id: string, known: KnownClasses): Promise<PlanNode> {
  const type = known.find(call) ?? (await exported(call)) ?? known.find(call);
  const step = type && stepFacts(type.prototype as object).findLast(({ method }) => method === call.method);
  if (!type || !step) {
    const problem = `the class ${call.className} is not there`;
    throw sluiceError('ERR_STEP_SOURCE', { step: id, file: call.file, problem });
  }
  const receiver =
    call.fields === null
      ? new type()
      : Object.assign(Object.create(type.prototype as object), fromSendable(call.fields));
  const { argNames, parents } = call;
  return Object.freeze({ id, step, receiver, args: call.args.map(fromSendable), argNames, parents });
}

async function exported({ file, className }: HandedCall): Promise<StepClass | undefined> {
  const module = (await import(pathToFileURL(file).href)) as Readonly<Record<string, unknown>>;
  const found = module[className];
  return typeof found === 'function' ? (found as StepClass) : undefined;
}
