import type { KeyContext } from '../../../framework/cache/cache-key.ts';
import type { CodeDigest } from '../../../framework/code/code-digest.ts';
import type { PlanNode } from '../../../framework/dag/plan.ts';
import { type Digest, sha256 } from '../../../framework/hashing/digest.ts';
import type { Artifact, Output } from '../../../framework/model/artifact.ts';
import type { StepOptions } from '../../../framework/model/step-definition.ts';

/** A digest of the same characters on every machine. */
export const fakeDigest = (name: string): Digest => sha256(`fake ${name}`);

export const artifact = (name: string, more: Partial<Artifact> = {}): Artifact => ({
  digest: fakeDigest(name),
  format: 'json',
  version: 1,
  size: 10,
  ...more,
});

export const fields = (all: Readonly<Record<string, Artifact>>): Output => ({ kind: 'fields', fields: all });
export const value = (one: Artifact): Output => ({ kind: 'value', value: one });

/** A recorded call of a step `train(…args)`, arguments named `a b c …`. */
export function stepCall(
  args: readonly unknown[],
  more: { readonly options?: StepOptions; readonly receiver?: object; readonly name?: string } = {},
): PlanNode {
  const { options = {}, receiver = {}, name = 'train' } = more;
  const body = async (): Promise<void> => {};
  return {
    id: name,
    step: { name, className: 'Steps', method: name, file: 'steps.ts', options, body },
    receiver,
    args,
    argNames: args.map((_, i) => 'abcdef'[i]!),
    parents: [],
  };
}

/** A context with fixed digests and no history. */
export function keyContext(
  outputs: Readonly<Record<string, Output>> = {},
  more: Partial<KeyContext> & { readonly code?: Partial<CodeDigest> } = {},
): KeyContext {
  const { code, ...rest } = more;
  const digest: CodeDigest = {
    digest: fakeDigest('code'),
    parts: [
      { part: 'code steps.ts#Steps.train', digest: fakeDigest('train'), display: 'a1' },
      { part: 'package sharp', digest: fakeDigest('sharp'), display: '0.35.5' },
      { part: 'node', digest: fakeDigest('node'), display: '24' },
    ],
    files: [],
    opened: [],
    receiverFields: '*',
    warnings: [],
    ...code,
  };
  return {
    codeDigester: { digestOf: async () => digest, textsOf: async () => new Map() },
    projectDir: import.meta.dirname,
    materializers: 'json@1 text@1',
    env: {},
    scope: () => ({ pipeline: 'training', project: 'made-up', stack: 'local' }),
    outputOf: (node) => outputs[node]!,
    historyOf: async () => undefined,
    ...rest,
  };
}
