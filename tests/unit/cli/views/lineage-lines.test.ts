import { createColors } from 'picocolors';
import { expect, it } from 'vitest';
import { pipeline } from '../../../../framework/authoring/pipeline.ts';
import { step } from '../../../../framework/authoring/step.ts';
import { findArtifact } from '../../../../framework/cli/views/find-artifact.ts';
import { lineageLines } from '../../../../framework/cli/views/lineage-lines.ts';
import { lineage } from '../../../../framework/server/views/lineage.ts';
import { planCache } from '../../../../framework/server/views/plan-cache.ts';
import { openTestStack, runPipeline } from '../../executor/open-test-stack.ts';

class Steps {
  @step() async load(): Promise<{ rows: number[]; unused: string }> {
    return { rows: [1, 2, 3], unused: 'x' };
  }
  /** After one epoch the best weights are the last ones. */
  @step() async train(rows: number[]): Promise<{ best: number[]; last: number[] }> {
    return { best: rows.map((row) => row / 2), last: rows.map((row) => row / 2) };
  }
  @step() async score(weights: number[]): Promise<number> {
    return weights.length;
  }
}

@pipeline({ name: 'fit' })
class Fit {
  async run() {
    const steps = new Steps();
    const { rows } = await steps.load();
    const model = await steps.train(rows);
    return steps.score(model.best);
  }
}

async function linesOf(place: string, depth: number): Promise<readonly string[]> {
  const stack = await openTestStack();
  const { run } = await runPipeline(Fit, {}, { stack });
  const store = stack.metadataStore;
  const { made } = await findArtifact(store, `latest:${place}`);
  const lines = lineageLines(await lineage({ store, planOf: planCache(store) }, { made, depth }), createColors(false));
  return lines.map((line) => line.replaceAll(run.name, 'RUN').replaceAll(/\b[0-9a-f]{12}\b/g, 'DIGEST'));
}

it('shows both ways from an artifact, also where two fields of a result are the same bytes', async () => {
  expect(await linesOf('train.best', 3)).toEqual([
    'json DIGEST 11 B',
    'made from',
    '  ← train (best) of RUN',
    '    ← json DIGEST 7 B (rows)',
    '      ← load (rows) of RUN',
    'used for',
    '  → score (best) of RUN',
    '    → json DIGEST 1 B',
  ]);
});

it('says that there is more', async () => {
  const lines = await linesOf('load.rows', 1);
  expect(lines).toContain('  → train (rows) of RUN');
  expect(lines.at(-1)).toContain('--depth');
});

it('says so where nothing is known', () => {
  const node = {
    kind: 'artifact',
    id: 'a',
    label: 'json',
    depth: 0,
    digest: 'a'.repeat(64),
    format: 'json',
    size: 1,
    name: null,
  } as const;
  const lines = lineageLines({ nodes: [node], edges: [], truncated: false } as never, createColors(false));
  expect(lines.at(-1)).toContain('No step');
});
