import type { Reporter, TestCase, TestModule, TestSuite, Vitest } from 'vitest/node';

/**
 * Says by name, at the very end, what was not run because this machine lacks something it needs: a green summary must not look as if it had
 * been. What `-t` left out was left out on purpose and is not named.
 */
export default class NotRunReporter implements Reporter {
  private vitest: Vitest | undefined;

  onInit(vitest: Vitest): void {
    this.vitest = vitest;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    if (this.vitest?.config.testNamePattern) return;
    const lines = modules.flatMap((module) =>
      outermostSkipped(module).map((skipped) => `  ${module.relativeModuleId} > ${skipped.fullName}`),
    );
    if (lines.length === 0) return;
    const advice =
      'Not run, for want of a server or a program (npm run services -- start; REQUIRE_SERVICES=1 fails instead):';
    process.stdout.write(`\n${advice}\n${lines.sort().join('\n')}\n`);
  }
}

function outermostSkipped({ children }: TestModule | TestSuite): readonly (TestSuite | TestCase)[] {
  return [...children].flatMap((child) => {
    if (child.options.mode === 'skip') return [child];
    return child.type === 'suite' ? outermostSkipped(child) : [];
  });
}
