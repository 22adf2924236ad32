import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  resolve: {
    // Tests read the source; the built bundle is what tests/e2e runs.
    alias: [{ find: /^sluice$/, replacement: here('./framework/index.ts') }],
  },
  test: {
    exclude: ['**/fixtures/**', 'node_modules/**'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // What does come comes within seconds; a machine that is busy with much else takes longer.
    expect: { poll: { timeout: 30_000 } },
    // No process outlives a test's folder but where a test asks for it.
    env: { SLUICE_COURIER: 'off' },
    reporters: ['default', here('./tests/not-run.reporter.ts')],
    globalSetup: here('./tests/temporary-folder.setup.ts'),
    projects: [
      {
        extends: true,
        test: {
          name: 'fast',
          include: ['tests/unit/**/*.test.ts', 'tests/conformance/**/*.test.ts', 'tests/*.test.ts'],
        },
      },
      { extends: true, test: { name: 'browser', include: ['tests/browser/**/*.test.ts'] } },
      { extends: true, test: { name: 'e2e', include: ['tests/e2e/**/*.test.ts'], testTimeout: 600_000 } },
    ],
  },
});
