import { describe, expect, it } from 'vitest';
import { printError } from '../../../../framework/cli/reporters/print-error.ts';
import { sluiceError } from '../../../../framework/errors.ts';
import { recording } from './sample-run.ts';

async function printed(error: unknown, options: { readonly json?: boolean; readonly debug?: boolean } = {}) {
  const [out, err] = [recording(), recording()];
  const terminal = { out, err, reserveOut: () => {}, interceptOthers: () => () => {} };
  const code = await printError(error, { terminal, json: options.json ?? false, debug: options.debug ?? false });
  expect(out.text).toBe('');
  return { code, text: err.text };
}

const unknownRun = sluiceError('ERR_NOT_FOUND', { what: 'run', reference: 'x', hint: 'sluice runs list shows them.' });

describe('an error', () => {
  it('has its code, what, and what to do; no stack trace', async () => {
    expect(await printed(unknownRun)).toEqual({
      code: 2,
      text: '✗ ERR_NOT_FOUND There is no run x.\n  → sluice runs list shows them.\n',
    });
  });

  it('is one JSON object where data was asked for', async () => {
    expect(JSON.parse((await printed(unknownRun, { json: true })).text)).toEqual({
      error: { code: 'ERR_NOT_FOUND', message: 'There is no run x.', hint: 'sluice runs list shows them.' },
    });
  });

  it('has its stack and its causes with --debug', async () => {
    const caused = sluiceError('ERR_STEP_FAILED', { step: 's', reason: 'r' }, new RangeError('too big'));
    const { text, code } = await printed(caused, { debug: true });
    expect(code).toBe(1);
    expect(text).toContain('print-error.test.ts');
    expect(text).toContain('caused by RangeError: too big');
  });

  it('of user code shows the frames of user code', async () => {
    const error = new TypeError('x is not a function');
    error.stack = [
      'TypeError: x is not a function',
      '    at Steps.load (/project/steps/load.ts:3:9)',
      '    at node:internal/process/task_queues:1:1',
    ].join('\n');
    expect(await printed(error)).toEqual({
      code: 1,
      text: [
        '✗ ERR_UNEXPECTED TypeError: x is not a function',
        '    at Steps.load (/project/steps/load.ts:3:9)',
        '  → The stack trace is shown with --debug.',
        '',
      ].join('\n'),
    });
  });

  it('of a second copy of the engine is known by its code', async () => {
    const foreign = Object.assign(new Error('There is no run x.'), { code: 'ERR_NOT_FOUND', hint: 'look' });
    expect((await printed(foreign)).code).toBe(2);
  });

  it('may be anything that was thrown', async () => {
    expect((await printed('a string')).text).toContain('Something was thrown that is no Error: a string');
    expect((await printed(undefined)).code).toBe(1);
  });
});
