import type { Stack } from '../components/stack.ts';
import type { Project } from '../stack/project.ts';
import type { Launcher } from './launch/launcher.ts';
import type { LiveFeed } from './live/live-feed.ts';
import type { Gate } from './security/gate.ts';

/** What every route works with. */
export interface ServerContext {
  readonly stack: Stack;
  readonly project: Project;
  /** Of Sluice. */
  readonly version: string;
  readonly gate: Gate;
  readonly live: LiveFeed;
  /** Starts runs, as processes of their own. */
  readonly launcher: Launcher;
  /** Folder of the built page; undefined when it was not built. */
  readonly pages: string | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Told what went wrong in the server itself, which the answer does not say. */
  readonly onFault: (error: unknown) => void;
}
