import { assetDigestNow } from '../code/asset-digest.ts';
import type { CodeDigest, CodeDigester } from '../code/code-digest.ts';
import type { PlanNode } from '../dag/plan.ts';
import { canonicalDigest } from '../hashing/canonical.ts';
import { shortDigest } from '../hashing/digest.ts';
import type { Output } from '../model/artifact.ts';
import type { CacheKey, KeyPart } from '../model/key-part.ts';
import type { CachePolicy, CacheScope } from '../model/step-definition.ts';
import { argumentParts } from './argument-parts.ts';
import { calledCode } from './called-code.ts';
import { declaredParts } from './declared-parts.ts';
import { keyPartOf, keyPartOfText } from './key-part-of.ts';
import { receiverParts } from './receiver-parts.ts';
import type { WatchedInput } from './watched-input.ts';

/** Raise it when the meaning of any part changes: every result of before counts no more. */
const SCHEMA_VERSION = 1;

let madeSchemaPart: KeyPart | undefined;
/** With the first key: Node's crypto, which digests need, is a tenth of the start of a command that makes none. */
const schemaPart = (): KeyPart => {
  madeSchemaPart ??= keyPartOf('schema', SCHEMA_VERSION);
  return madeSchemaPart;
};

/** Something a user should know about a step's key. */
export interface KeyWarning {
  readonly code: 'uncacheable-receiver' | 'unseen-read';
  readonly message: string;
  readonly hint: string;
}

export interface StepKey {
  /** Null: this call can't be cached, `warnings` say why. */
  readonly key: CacheKey | null;
  readonly parts: readonly KeyPart[];
  readonly warnings: readonly KeyWarning[];
  /** To be looked at again when the step has ended. */
  readonly watched: readonly WatchedInput[];
  /** Value of the declared `inputs.history`. */
  readonly history: unknown;
}

export interface KeyContext {
  readonly codeDigester: CodeDigester;
  readonly projectDir: string;
  /** `ArtifactIo.materializers`. */
  readonly materializers: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where the step is about to run, for `cache.scope`. */
  readonly scope: () => CacheScope;
  /** Committed output of a parent. */
  outputOf(node: string): Output;
  /** Value of the node's declared `inputs.history`; asked only when there is one. */
  historyOf(node: PlanNode): Promise<unknown>;
}

/**
 * The one answer to "are these two step calls the same?": equal keys mean the same result. Its parts, and why each is in:
 *
 * 1. `schema`: another encoding of the parts below is another key;
 * 2. `step`: two steps with equal code and arguments are still two steps, each with a history of its own;
 * 3. `code` and `code FILE#SYMBOL`, `package NAME`, `node`: everything the method can reach computes the result;
 * 4. `argument NAME.FIELD`: so do the values it is given (`cache.ignore` leaves out what the author vouches for);
 * 5. `input NAME.FIELD`: and what earlier steps made, by content, and only the fields it takes;
 * 6. `receiver.FIELD`: and the fields of its object that it reads;
 * 7. `materializer`: another way of writing outputs makes other artifacts of the same values;
 * 8. `env NAME`, `file PATH`, `history`: what it reads beside its arguments, as declared;
 * 9. `version`, `extra`: what only the author knows;
 * 10. `scope`: who shares the result, where the author says so.
 *
 * Not in it, because they can't change a result: run, time, host, paths, store, stack, retries, timeout, resources, isolation, log level, tracker.
 *
 * @throws ERR_UNENCODABLE naming the argument.
 */
export async function stepKey(node: PlanNode, context: KeyContext): Promise<StepKey> {
  const { step } = node;
  const policy = typeof step.options.cache === 'object' ? step.options.cache : {};
  const called = calledCode(node);
  const code = await context.codeDigester.digestOf(called.source);
  const receiver = receiverParts(node.receiver, code);
  const problems = [...called.problems, ...receiver.problems];
  const args = await argumentParts(node, context.outputOf);
  const declared = await declaredParts(step.options.inputs ?? {}, context);
  const history = step.options.inputs?.history ? await context.historyOf(node) : undefined;
  const extra = await policy.extra?.();
  const parts: KeyPart[] = [
    schemaPart(),
    keyPartOfText('step', step.name),
    { part: 'code', digest: code.digest, display: shortDigest(code.digest) },
    ...code.parts,
    ...args.parts,
    ...receiver.parts,
    keyPartOfText('materializer', context.materializers),
    ...declared.parts,
    ...(step.options.inputs?.history ? [keyPartOf('history', history)] : []),
    ...(step.options.version === undefined ? [] : [keyPartOf('version', step.options.version)]),
    ...(extra === undefined ? [] : [keyPartOf('extra', extra)]),
    ...scopePart(policy, context),
  ];
  // `cache.extra` is the author's word for what the receiver can't show.
  const uncacheable = problems.length > 0 && extra === undefined;
  return {
    key: uncacheable ? null : keyOf(parts),
    parts: Object.freeze(parts),
    warnings: [
      ...(uncacheable ? problems.map((problem) => receiverWarning(node, problem)) : []),
      ...unseenReads(node, code),
    ],
    watched: [...args.watched, ...declared.watched, ...openedByCode(code)],
    history,
  };
}

export const keyOf = (parts: readonly KeyPart[]): CacheKey =>
  canonicalDigest(
    parts.map(({ part, digest }) => [part, digest]),
    'cache key',
  ) as CacheKey;

function scopePart({ scope }: CachePolicy, context: KeyContext): KeyPart[] {
  if (scope === undefined) return [];
  const where = context.scope();
  const part = (kind: string, name: string): KeyPart[] => [
    keyPartOf('scope', [kind, name], { display: kind === 'own' ? name : `${kind} ${name}` }),
  ];
  if (typeof scope === 'function') return part('own', scope(where));
  if (scope === 'pipeline') return part('pipeline', where.pipeline);
  return scope === 'project' ? part('project', where.project) : part('own', scope);
}

/** The loader gives out modules as the run began with them; what code opens by a path it can't. */
const openedByCode = ({ opened }: CodeDigest): readonly WatchedInput[] =>
  opened.map(({ part, path, digest }) => ({ part, digest, digestNow: async () => assetDigestNow(path) }));

const receiverWarning = ({ step }: PlanNode, { field, problem }: { field: string; problem: string }): KeyWarning => ({
  code: 'uncacheable-receiver',
  message: `Step ${step.name} is not cached: it reads this.${field}, and ${lowerFirst(problem)}`,
  hint: `Make ${field} a parameter of ${step.method}, or vouch for it with @step({ cache: { extra: () => '…' } }).`,
});

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

/** Reads that the digest sees but can't follow; a declared input of that kind says that the author knows. */
function unseenReads({ step }: PlanNode, code: CodeDigest): KeyWarning[] {
  const { env, files } = step.options.inputs ?? {};
  const known = code.warnings.filter(({ what }) => !(what.startsWith('process.env') ? env : files));
  return known.map(({ what, file, line }) => ({
    code: 'unseen-read',
    message: `Step ${step.name} reaches ${what} (${file}:${line}), which its cache key can't see.`,
    hint: 'Declare what it reads: @step({ inputs: { env: [...], files: [...] } }), or pass it as an argument.',
  }));
}
