import type { Digest } from '../hashing/digest.ts';

declare const KEY: unique symbol;
/** SHA-256 over all parts of a step call's identity. Equal keys mean: the same result. */
export type CacheKey = Digest & { readonly [KEY]: true };

/** One reason why a cache key is what it is. Stored with every step run; `sluice why` compares them. */
export interface KeyPart {
  /** Stable name: `schema`, `step`, `version`, `code steps/a.ts#helper`, `package sharp`, `node`, `argument options.epochs`, `input dataset.val`, `receiver.threshold`, `materializer`, `env NAME`, `file path`, `scope`. */
  readonly part: string;
  readonly digest: Digest;
  /** For people: the value itself when short (JSON, at most 200 characters), else its short digest. Never a secret. */
  readonly display: string;
}
