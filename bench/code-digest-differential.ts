/**
 * How right code digests are: thousands of random edits of made-up projects, each judged by running the steps before and after it.
 *
 *   npm run build && node --import ./dist/register.js bench/code-digest-differential.ts --edits 2000 --projects 8 --seed 1
 *
 * A false hit (another result under the same digest) fails the run and is shown with its edit. A miss for nothing is counted in two kinds: after edits
 * that can't change any result (comments, layout, types, what nobody uses), and after others whose results are the same for the inputs tried:
 * code that the step doesn't reach, and code whose effect those inputs don't show. The last can't be told apart by running.
 */
import { parseArgs } from 'node:util';
import { type CampaignReport, runCampaign } from '../tests/unit/code/differential/campaign.ts';

const { values } = parseArgs({
  options: {
    edits: { type: 'string', default: '2000' },
    projects: { type: 'string', default: '8' },
    seed: { type: 'string', default: '1' },
  },
});
const projects = Number(values.projects);
const edits = Math.ceil(Number(values.edits) / projects);
const reports: CampaignReport[] = [];
for (let i = 0; i < projects; i++) {
  const seed = Number(values.seed) + i;
  const report = await runCampaign({ seed, edits });
  reports.push(report);
  const others = report.comparisons - report.same;
  console.log(`project ${seed}: ${edits} edits, ${others} other results, ${report.falseHits.length} false hits`);
  for (const { step, edit, diff, before, after } of report.falseHits)
    console.log(`  FALSE HIT ${step} · ${edit.kind} in ${edit.file}\n${diff}\n  ${before}\n  ${after}`);
}

const sum = (of: (report: CampaignReport) => number): number =>
  reports.reduce((total, report) => total + of(report), 0);
const share = (part: number, whole: number): string =>
  `${part} of ${whole} (${((100 * part) / Math.max(1, whole)).toFixed(1)} %)`;
const comparisons = sum((report) => report.comparisons);
const same = sum((report) => report.same);
const cosmetic = sum((report) => report.sameAfterCosmetic);
console.table({
  'steps compared before and after an edit': String(comparisons),
  'with another result': share(comparisons - same, comparisons),
  'false hits': share(
    sum((report) => report.falseHits.length),
    comparisons - same,
  ),
  'misses for nothing after cosmetic edits': share(
    sum((report) => report.cosmeticMisses.length),
    cosmetic,
  ),
  'misses after other edits that show in no result': share(
    sum((report) => report.unseenMisses.length),
    same - cosmetic,
  ),
});
if (sum((report) => report.falseHits.length) > 0) process.exitCode = 1;
