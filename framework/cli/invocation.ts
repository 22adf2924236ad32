import type { Terminal } from './reporters/terminal.ts';

/** What every verb is given beside its own arguments and flags. */
export interface Invocation {
  readonly terminal: Terminal;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** `--stack`, when given. */
  readonly stack: string | undefined;
  readonly quiet: boolean;
  readonly debug: boolean;
}

/** 0 done, 1 the run failed, 2 wrong usage or configuration, 130 cancelled. */
export type ExitCode = 0 | 1 | 2 | 130;
