import { createColors } from 'picocolors';
import type { Channel } from '../../../../framework/cli/reporters/terminal.ts';
import type { Digest } from '../../../../framework/hashing/digest.ts';
import type { RunRecord, StepRunRecord } from '../../../../framework/model/run.ts';
import type { RunEvent } from '../../../../framework/model/run-event.ts';
import type { Status } from '../../../../framework/model/status.ts';

/** What a channel was sent. */
export interface Recording extends Channel {
  readonly text: string;
}

export function recording(options: { readonly width?: number; readonly height?: number } = {}): Recording {
  let text = '';
  return {
    write: (more) => {
      text += more;
    },
    line: (more = '') => {
      text += `${more}\n`;
    },
    colors: createColors(false),
    isTerminal: options.width !== undefined,
    width: options.width,
    height: options.height,
    closed: false,
    flush: async () => {},
    get text() {
      return text;
    },
  };
}

const digest = (letter: string): Digest => letter.repeat(64) as Digest;

const run = (status: Status, change: Partial<RunRecord> = {}): RunRecord => ({
  id: '01jd0000000000000000000000',
  name: 'calm-otter',
  pipeline: 'train-yolo',
  status,
  stack: 'local',
  source: 'pipelines/train-yolo.pipeline.ts',
  params: { epochs: 3 },
  tags: [],
  mode: 'fail-fast',
  plan: {},
  executor: 'e1',
  createdAt: 1_000,
  startedAt: 1_000,
  endedAt: null,
  result: null,
  error: null,
  resumedFrom: null,
  cancelRequested: false,
  ...change,
});

export const stepRun = (node: string, status: Status, change: Partial<StepRunRecord> = {}): StepRunRecord => ({
  id: `01jd0000000000000000000000/${node}`,
  runId: '01jd0000000000000000000000',
  node,
  step: node,
  status,
  key: null,
  parts: [],
  origin: null,
  reason: null,
  output: null,
  attempts: 1,
  startedAt: 1_000,
  endedAt: 2_500,
  error: null,
  ...change,
});

const report = { digest: digest('a'), format: 'file', version: 1, size: 12_345, name: 'report.html' };

/** A run in which everything happens that a reporter can be told. */
export function sampleRun(): readonly RunEvent[] {
  const cached = stepRun('prepare', 'cached', { attempts: 0, reason: 'Same key as 01jc/prepare.' });
  const trained = stepRun('train', 'succeeded', { attempts: 2, endedAt: 126_000 });
  const failed = stepRun('draw', 'failed', { attempts: 2 });
  const summarized = stepRun('summarize', 'succeeded', {
    output: { kind: 'fields', fields: { html: report, decision: { ...report, digest: digest('b'), format: 'json' } } },
  });
  const error = { code: 'ERR_STEP_FAILED', message: 'no ink\nat all', stack: '    at Draw.draw (draw.ts:3:9)' };
  const line = { time: 5, level: 'info', source: 'log', message: 'first\nsecond', fields: { rate: 0.1 } } as const;
  return [
    {
      type: 'run-started',
      run: run('running'),
      nodes: ['prepare', 'train', 'draw', 'publish', 'late', 'summarize'].map((id) => ({ id, parents: [] })),
    },
    { type: 'step-cached', node: 'prepare', stepRun: cached },
    { type: 'step-started', node: 'train', attempt: 1, reason: 'argument options.epochs changed from 2 to 3.' },
    { type: 'step-waiting', node: 'draw', holder: { run: 'abc', host: 'mill', pid: 7 }, key: digest('c') as never },
    { type: 'step-started', node: 'draw', attempt: 1, reason: 'It never ran before.' },
    { type: 'step-log', node: 'train', attempt: 1, line },
    { type: 'step-log', node: 'train', attempt: 1, line: { ...line, level: 'debug', message: 'hidden' } },
    { type: 'step-retrying', node: 'train', attempt: 1, delayMs: 2_000, error },
    { type: 'step-started', node: 'train', attempt: 2, reason: 'argument options.epochs changed from 2 to 3.' },
    {
      type: 'step-progress',
      node: 'train',
      progress: { fraction: 1 / 3, fields: { epoch: '1/3', mAP50: 0.712345 }, secondsLeft: 83.4 },
    },
    { type: 'step-warning', node: 'train', code: 'W', message: 'It reads process.env.', hint: 'Declare inputs.env.' },
    { type: 'step-failed', node: 'draw', stepRun: failed, error },
    { type: 'step-skipped', node: 'publish', because: 'draw failed' },
    { type: 'step-succeeded', node: 'train', stepRun: trained, output: { kind: 'fields', fields: {} } },
    { type: 'run-cancelling', how: 'graceful' },
    { type: 'step-cancelled', node: 'late' },
    { type: 'step-succeeded', node: 'summarize', stepRun: summarized, output: summarized.output! },
    {
      type: 'run-finished',
      run: run('succeeded', {
        endedAt: 127_000,
        result: {
          decision: 'promote',
          mAP50: 0.81,
          model: { mAP50: 0.81234567, recall: 0.75 },
          reasons: ['It beats its starting weights.', `It beats the best earlier run${', by far'.repeat(30)}.`],
          html: { digest: digest('a'), format: 'file', size: 12_345 },
        },
      }),
      steps: [cached, trained, failed, stepRun('publish', 'skipped'), stepRun('late', 'cancelled'), summarized],
    },
  ];
}
