import type { Role } from './viewer-tokens.ts';

/** Who may come in, and as what. */
export interface Gate {
  /** Host names with ports that this server answers to; null: any, because everybody needs a token. */
  readonly hosts: ReadonlySet<string> | null;
  /** The role that goes with a token; undefined for one that is not known. Null when no token is needed. */
  readonly roleOf: ((token: string) => Promise<Role | undefined>) | null;
  /** The role of whoever comes without a token, where none is needed. */
  readonly openRole: Role;
  /** Name of the cookie that keeps the token. */
  readonly cookie: string;
}
