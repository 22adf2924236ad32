import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { summarize } from '../../../../steps/yolo/report/summarize.ts';
import { evaluationOf, summarizeInput } from './evaluation-fixture.ts';

const text = (file: { readonly path: string }): string => readFileSync(file.path, 'utf8');
const files = ['report', 'html', 'csv', 'json'] as const;

describe('a summary', () => {
  test('answers with the figures, the decision and four files', async () => {
    const input = summarizeInput(evaluationOf({ own: 0.47, start: 0.48, noise: 0.03 }));
    const summary = await summarize(input);
    expect(summary).toMatchObject({
      baseline: { mAP50: expect.closeTo(0.68), mAP50_95: 0.48, precision: 0.7, recall: 0.6 },
      model: { mAP50_95: 0.47 },
      decision: 'refuse',
      evaluationSet: input.evaluation.evaluationSet,
    });
    expect(files.map((file) => summary[file].name)).toEqual([
      'report.md',
      'report.html',
      'metrics.csv',
      'summary.json',
    ]);
    const { report, html, csv, json, ...headline } = summary;
    expect(JSON.parse(text(summary.json))).toMatchObject(headline);
  });

  test('equal inputs give equal bytes, wherever they lie', async () => {
    const make = async (): Promise<string[]> => {
      const summary = await summarize(summarizeInput(evaluationOf({ own: 0.47, start: 0.48, noise: 0.03 })));
      return files.map((file) => text(summary[file]));
    };
    expect(await make()).toEqual(await make());
  });

  test('no path of the machine stands in it', async () => {
    const input = summarizeInput(evaluationOf({ own: 0.47, start: 0.48, noise: 0.03 }));
    const summary = await summarize(input);
    for (const file of files) {
      expect(text(summary[file])).not.toContain(input.workDir);
      expect(text(summary[file])).not.toMatch(/\/home\/someone|C:\\|models\\/);
    }
    expect(text(summary.report)).toContain('| data | coco128 |');
    expect(text(summary.report)).toContain('| weights | yolov8n.onnx |');
  });

  test('the HTML page needs no other file and escapes names', async () => {
    const html = text((await summarize(summarizeInput(evaluationOf({ own: 0.6, start: 0.48, noise: 0.03 })))).html);
    expect(html).toContain('<h1>Tiny &lt;person&gt;</h1>');
    expect(html).toContain('red, &quot;round&quot;');
    expect(html).toContain('src="data:image/svg+xml;base64,');
    expect(html).toContain('src="data:image/jpeg;base64,');
    expect(html).toContain('prefers-color-scheme:dark');
    expect(html).not.toMatch(/<script|(?:src|href)="(?!data:)/);
  });

  test('the Markdown says the decision first and escapes markup', async () => {
    const report = text((await summarize(summarizeInput(evaluationOf({ own: 0.6, start: 0.48, noise: 0.03 })))).report);
    expect(report.split('\n').slice(0, 3)).toEqual(['# Tiny \\<person\\>', '', '**Decision: promote.**']);
    expect(report).toContain('| mAP50-95 | 0.600 | 0.480 | +0.120 | 0.090 to 0.150 |');
    expect(report).toContain('images/a.jpg: has no label file');
  });

  test('earlier runs have a table, best first', async () => {
    const run = { modelDigest: 'b', mAP50: 0.6, precision: 0.5, recall: 0.5 };
    const history = [
      { ...run, runName: 'calm-fox', mAP50_95: 0.3 },
      { ...run, runName: 'brave-otter', mAP50_95: 0.5 },
    ];
    const input = { ...summarizeInput(evaluationOf({ own: 0.47, start: null, noise: 0.03 })), history };
    const report = text((await summarize(input)).report);
    expect(report.indexOf('| brave-otter | 0.500 | 0.600 | 0.500 | 0.500 | −0.030 |')).toBeGreaterThan(0);
    expect(report.indexOf('| calm-fox |')).toBeGreaterThan(report.indexOf('| brave-otter |'));
  });

  test('metrics.csv quotes what needs it and keeps every digit', async () => {
    const summary = await summarize(summarizeInput(evaluationOf({ own: 1 / 3, start: 0.48, noise: 0.03 })));
    const lines = text(summary.csv).split('\r\n');
    expect(lines[0]).toBe('weights,class,images,instances,precision,recall,f1,mAP50,mAP50-95');
    expect(lines[1]).toBe(`trained,all,10,31,0.7,0.6,0.646,${1 / 3 + 0.2},${1 / 3}`);
    expect(lines[2]).toMatch(/^trained,"red, ""round""",9,31,/);
    expect(lines[3]).toMatch(/^start,all,/);
  });
});
