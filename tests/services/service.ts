/** How to start a server of a test's own. */
export interface StartOptions {
  /** Folder for its data, log and credentials; kept. Without one: a temporary folder, removed by `await using` or its `[Symbol.asyncDispose]()`. */
  readonly folder?: string;
  /** Port of 127.0.0.1; without one, a free one. */
  readonly port?: number;
  /** Whether it lives on when this process ends; without it, it is killed then. */
  readonly daemon?: boolean;
}

/** A real server that a test started for itself, to stop, kill and restart at will. */
export interface Service {
  /** Where clients reach it, credentials included; the same after a restart. */
  readonly url: string;
  readonly port: number;
  /** Of the process that runs now: a restart changes it. */
  readonly pid: number;
  readonly folder: string;
  /** What it prints, as a file. */
  readonly log: string;
  /** Ends it in good order and waits for that. Its data stay. */
  stop(): Promise<void>;
  /** SIGKILL; waits until it is gone. */
  kill(): Promise<void>;
  /** Starts it again with the same port, data and credentials, and waits until it answers. */
  restart(): Promise<void>;
  /** Kills it and removes its folder, unless that was given. */
  [Symbol.asyncDispose](): Promise<void>;
}
