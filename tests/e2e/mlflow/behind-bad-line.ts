import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { afterEach, beforeEach } from 'vitest';
import { type DroppingProxy, startDroppingProxy } from '../../services/dropping-proxy.ts';
import { mlflowProject } from './mlflow-project.ts';

/** What one test has. */
export interface BadLine {
  /** The project's folder. */
  readonly cwd: string;
  readonly experiment: string;
  readonly proxy: DroppingProxy;
  /** For commands in the project: its stack tracks with the MLflow behind the line. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * For each test of the suite that calls it an `mlflowProject`, and an experiment of its own in a real MLflow behind a line that can be cut.
 *
 * @param uri of the server.
 * @returns filled before each test.
 */
export function behindBadLine(uri: string): BadLine {
  const line = {} as { -readonly [K in keyof BadLine]: BadLine[K] };
  beforeEach(async () => {
    line.cwd = mlflowProject();
    line.experiment = `bad line ${randomUUID()}`;
    line.proxy = await startDroppingProxy({ target: Number(new URL(uri).port) });
    const address = `http://127.0.0.1:${line.proxy.port}`;
    line.env = { TRACKING_URI: address, EXPERIMENT: line.experiment, SLUICE_STACK: 'team' };
  });
  afterEach(async () => {
    await line.proxy.close();
    rmSync(line.cwd, { recursive: true, force: true });
  });
  return line;
}
