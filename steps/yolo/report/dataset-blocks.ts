import type { Finding, SplitStatistics } from '../data/prepared-dataset.ts';
import type { Block } from './blocks.ts';
import type { SummarizeInput } from './summarize-input.ts';

const MOST_FINDINGS = 20;

/** The data set of a report: its splits in numbers, and what the validator found. */
export function datasetBlocks({ dataset }: Pick<SummarizeInput, 'dataset'>): readonly Block[] {
  const { statistics, findings = [] } = dataset;
  const splits = (['train', 'val', 'test'] as const).flatMap((name) => {
    const split = statistics[name];
    return split ? [[name, split] as const] : [];
  });
  const classes = [...new Set(splits.flatMap(([, split]) => Object.keys(split.classes)))];
  const row = ([name, split]: readonly [string, SplitStatistics]): string[] => [
    name,
    String(split.images),
    String(split.boxes),
    String(split.backgrounds),
    ...(classes.length <= MOST_COLUMNS ? classes.map((cls) => String(split.classes[cls] ?? 0)) : []),
  ];
  return [
    {
      kind: 'table',
      caption: `Data: ${statistics.source}`,
      columns: ['Split', 'Pictures', 'Boxes', 'Without a box', ...(classes.length <= MOST_COLUMNS ? classes : [])],
      rows: splits.map(row),
    },
    ...findingBlocks(findings),
  ];
}

/** Classes with a column of their own; with more the table would not fit a page. */
const MOST_COLUMNS = 8;

function findingBlocks(findings: readonly Finding[]): readonly Block[] {
  if (findings.length === 0) return [{ kind: 'text', text: 'The validator found nothing wrong with it.' }];
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const rest = findings.length - MOST_FINDINGS;
  const text = `The validator has ${findings.length} ${findings.length === 1 ? 'finding' : 'findings'}; ${errors === 0 ? 'nothing was left out' : `${errors} pictures or rows were left out`}.`;
  return [
    { kind: 'text', text },
    {
      kind: 'list',
      items: [
        ...findings
          .slice(0, MOST_FINDINGS)
          .map(({ file, line, message }) => `${file}${line === undefined ? '' : `:${line}`}: ${message}`),
        ...(rest > 0 ? [`and ${rest} more; summary.json has them all`] : []),
      ],
    },
  ];
}
