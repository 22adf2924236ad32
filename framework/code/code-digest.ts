import type { Digest } from '../hashing/digest.ts';
import type { KeyPart } from '../model/key-part.ts';

/** What a step method can reach, by source. */
export interface CodeDigest {
  /** Over everything that counts: reached source, packages' integrity, Node's major. */
  readonly digest: Digest;
  /** `code steps/a.ts#helper` (one a reached top-level symbol or class member), `package sharp`, `node`: for `why`. */
  readonly parts: readonly KeyPart[];
  /** Project files whose content decides, absolute, sorted. */
  readonly files: readonly string[];
  /** Files that the code opens by itself, named by `new URL(…, import.meta.url)` and the like: to be looked at again when the step has ended. */
  readonly opened: readonly { readonly part: string; readonly path: string; readonly digest: Digest }[];
  /** Fields of the receiver that the method reaches through `this`; `'*'` when `this` is handed away whole. */
  readonly receiverFields: readonly string[] | '*';
  /** Reads that are seen but can't be followed: dynamic import, eval, process.env, file reads. */
  readonly warnings: readonly { readonly what: string; readonly file: string; readonly line: number }[];
}

/** Digests step methods. One instance serves one run: what it has read once stays as it was (the code is frozen at the run's start). */
export interface CodeDigester {
  digestOf(step: StepSource): Promise<CodeDigest>;
  /**
   * The source behind the parts of that digest, for people: text by the part's digest. Pieces that are binary or very long are cut or left out.
   * Asked once a version of the code, for the source has to be taken apart again.
   */
  textsOf(step: StepSource): Promise<ReadonlyMap<Digest, string>>;
}

/** Where a step method is written. */
export interface StepSource {
  readonly file: string;
  readonly className: string;
  readonly method: string;
}
