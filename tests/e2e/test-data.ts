import { existsSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A folder of the real data sets that tests are also run on (`SLUICE_TEST_DATA`, see data/README.md), undefined on a machine that has none.
 * Under `REQUIRE_TEST_DATA=1` its absence is an error.
 */
export function testData(name: string): string | undefined {
  const root = process.env['SLUICE_TEST_DATA'];
  const path = root === undefined ? undefined : join(root, name);
  if (path !== undefined && existsSync(path)) return path;
  if (process.env['REQUIRE_TEST_DATA'] === '1') {
    throw new Error(
      `REQUIRE_TEST_DATA=1, but there is no ${path ?? 'SLUICE_TEST_DATA'} (data/README.md says what it holds).`,
    );
  }
  return undefined;
}
