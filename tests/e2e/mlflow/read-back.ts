import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { needProgram } from '../../services/find-program.ts';

const Run = z.object({
  id: z.string(),
  name: z.string(),
  status: z.string(),
  /** Milliseconds; null while it runs. */
  took: z.number().nullable(),
  params: z.record(z.string(), z.string()),
  tags: z.record(z.string(), z.string()),
  history: z.record(z.string(), z.array(z.tuple([z.number(), z.number()]))),
  artifacts: z.array(z.tuple([z.string(), z.number()])),
  datasets: z.array(z.tuple([z.string(), z.string(), z.record(z.string(), z.string())])),
});

/** One run as MLflow's own Python client reads it. */
export type ReadRun = z.output<typeof Run>;

/**
 * All runs of an experiment, the oldest first, through MLflow's own client library. A client asks a server of an older major for addresses that it does not
 * have: with a server of 2.x in SLUICE_TEST_MLFLOW, SLUICE_TEST_MLFLOW_PYTHON is a Python that has a client of 2.x.
 */
export async function readBack(uri: string, experiment: string): Promise<readonly ReadRun[]> {
  const beside = join('..', process.platform === 'win32' ? 'python.exe' : 'python');
  const python = process.env['SLUICE_TEST_MLFLOW_PYTHON'] || join(needProgram('mlflow'), beside);
  const script = join(import.meta.dirname, 'readback.py');
  // Artifacts are read by clients of 2.x from where this says, whatever address they were given.
  const env = { ...process.env, MLFLOW_TRACKING_URI: uri };
  const { stdout } = await promisify(execFile)(python, [script, uri, experiment], { maxBuffer: 64 << 20, env });
  return z.array(Run).parse(JSON.parse(stdout));
}
