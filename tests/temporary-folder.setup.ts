import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What tools put there and use again; and the folder of plain calls of a test process that was killed, which the product itself removes later. */
const KEPT = /^(?:node-compile-cache|sluice-plain-call-\d+-.*)$/;

/** The variables that say where temporary files go: on Linux and macOS, and on Windows. */
const VARIABLES = ['TMPDIR', 'TEMP', 'TMP'] as const;

/**
 * Gives the whole test run a temporary folder of its own and removes it in the end.
 *
 * @returns the teardown, which fails the run and names what tests, or the product in their hands, left behind.
 */
export default function setup(): () => void {
  const before = VARIABLES.map((name) => [name, process.env[name]] as const);
  const folder = mkdtempSync(join(tmpdir(), 'sluice-tests-'));
  for (const name of VARIABLES) process.env[name] = folder;
  return () => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    const left = readdirSync(folder).filter((name) => !KEPT.test(name));
    // What is in them says who wrote there.
    const inside = left.flatMap((name) => [name, ...contents(join(folder, name)).map((path) => `  ${path}`)]);
    rmSync(folder, { recursive: true, force: true });
    if (left.length > 0) {
      throw new Error(`Tests left ${left.length} entries in the temporary folder:\n${inside.join('\n')}`);
    }
  };
}

function contents(path: string): readonly string[] {
  return statSync(path).isDirectory() ? readdirSync(path, { recursive: true }).map(String).slice(0, 20) : [];
}
