/** How to start a server of a test's own. */
export interface StartOptions {
  /** Folder for its data, log and password; kept. Without one: a temporary folder, removed when the service is disposed of. */
  readonly folder?: string;
  /** Port of 127.0.0.1; without one, a free one. */
  readonly port?: number;
}

/** A real server that a test started for itself, to stop, kill and restart at will. It is killed when this process ends. */
export interface Service {
  /** Where clients reach it, credentials included; the same after a restart. */
  readonly url: string;
  readonly port: number;
  /** Of the process that runs now: a restart changes it. */
  readonly pid: number;
  readonly folder: string;
  /** What it prints, as a file. */
  readonly log: string;
  /** Ends it in good order and waits for that; nothing when it is down. Its data stay. */
  stop(): Promise<void>;
  /** SIGKILL; waits until it is gone. */
  kill(): Promise<void>;
  /** Starts it again, after `stop` or `kill` or in good order from running: same port, data and password. Waits until it answers. */
  restart(): Promise<void>;
  /** Lets it live on when this process ends. */
  release(): void;
  /** Kills it and removes its folder, unless that was given. */
  [Symbol.asyncDispose](): Promise<void>;
}
