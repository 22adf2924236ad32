import type { Reporter, TestModule, TestSuite } from 'vitest/node';

/**
 * Says by name, at the very end, which suites were not run because this machine lacks what they need: a green summary must not look as if
 * they had been.
 */
export default class NotRunReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const lines = modules.flatMap((module) =>
      outermostSkipped(module.children).map((suite) => `  ${module.relativeModuleId} > ${suite.name}`),
    );
    if (lines.length === 0) return;
    const advice =
      'Not run, for want of a server or a program (npm run services -- start; REQUIRE_SERVICES=1 fails instead):';
    process.stdout.write(`\n${advice}\n${lines.sort().join('\n')}\n`);
  }
}

function outermostSkipped(children: TestModule['children']): readonly TestSuite[] {
  return [...children.suites()].flatMap((suite) =>
    suite.options.mode === 'skip' ? [suite] : outermostSkipped(suite.children),
  );
}
