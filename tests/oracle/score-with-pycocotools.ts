import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface OracleResult {
  readonly stats: readonly number[];
  readonly seconds: { readonly load: number; readonly evaluate: number; readonly accumulate: number };
}

/** Scores pairs of COCO documents with pycocotools, in one process. `python` has it installed (`tests/oracle/requirements.txt`). */
export function scoreWithPycocotools(
  python: string,
  cases: readonly { readonly gt: unknown; readonly dt: unknown }[],
): readonly OracleResult[] {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-oracle-'));
  try {
    mkdirSync(folder, { recursive: true });
    const files = cases.map(({ gt, dt }, i) => {
      const pair = { gt: join(folder, `gt-${i}.json`), dt: join(folder, `dt-${i}.json`) };
      writeFileSync(pair.gt, JSON.stringify(gt));
      writeFileSync(pair.dt, JSON.stringify(dt));
      return pair;
    });
    const list = join(folder, 'cases.json');
    writeFileSync(list, JSON.stringify(files));
    const script = fileURLToPath(new URL('./coco_stats.py', import.meta.url));
    const output = execFileSync(python, [script, list], { encoding: 'utf8', maxBuffer: 2 ** 26 });
    return JSON.parse(output) as OracleResult[];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
