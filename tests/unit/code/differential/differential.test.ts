import { expect, it } from 'vitest';
import { runCampaign } from './campaign.ts';

/** `SLUICE_DIFFERENTIAL=200 SLUICE_SEED=7` looks further; bench/code-digest-differential.ts runs thousands and counts. */
const EDITS = Number(process.env['SLUICE_DIFFERENTIAL'] ?? 10);
const SEED = Number(process.env['SLUICE_SEED'] ?? 6);

it('a code digest changes whenever what the step returns does, under random edits of a made-up project', async () => {
  const report = await runCampaign({ seed: SEED, edits: EDITS, modules: EDITS > 10 ? 60 : 24 });
  expect(report.falseHits).toEqual([]);
  // What can't change any result by its kind costs no miss.
  expect(report.cosmeticMisses).toEqual([]);
  // The edits do reach the steps: without that the above says nothing.
  expect(report.comparisons - report.same).toBeGreaterThan(0);
}, 600_000);
