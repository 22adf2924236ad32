import { inputError } from 'sluice';
import { describe, expect, it } from 'vitest';
import { sluiceError } from '../../../framework/errors.ts';
import { durationMs } from '../../../framework/executor/duration-ms.ts';
import { memoryBytes } from '../../../framework/executor/resource-amounts.ts';
import { isRetried, retryDelay } from '../../../framework/executor/retry-delay.ts';
import type { Duration } from '../../../framework/model/step-definition.ts';

describe('retries', () => {
  it('wait twice as long each time, at most the cap, less a random share', () => {
    const retry = { attempts: 9, backoff: '1s', cap: '5s', jitter: 0.5 } as const;
    const delays = (random: number) => [1, 2, 3, 4].map((attempt) => retryDelay(attempt, retry, () => random));
    expect(delays(0)).toEqual([1000, 2000, 4000, 5000]);
    expect(delays(1)).toEqual([500, 1000, 2000, 2500]);
  });

  it('come for any error, as often as attempts say, but never for bad input or a cancelled run', () => {
    const retry = { attempts: 2 };
    expect(isRetried(new Error('x'), 1, retry)).toBe(true);
    expect(isRetried(new Error('x'), 2, retry)).toBe(false);
    expect(isRetried(new Error('x'), 1, undefined)).toBe(false);
    expect(isRetried(inputError('m', 'h'), 1, { attempts: 5, retryOn: () => true })).toBe(false);
    expect(isRetried(sluiceError('ERR_CANCELLED', { what: 'w' }), 1, { attempts: 5 })).toBe(false);
    expect(isRetried(sluiceError('ERR_STEP_TIMEOUT', { step: 's', timeout: '1s' }), 1, retry)).toBe(true);
  });
});

describe('units', () => {
  it('of time', () => {
    expect(['500ms', '2s', '1.5m', '6h', '1d', 7].map((text) => durationMs(text as Duration))).toEqual([
      500, 2000, 90_000, 21_600_000, 86_400_000, 7,
    ]);
    expect(() => durationMs('2 weeks' as Duration)).toThrow(/not a duration/);
  });

  it('of memory', () => {
    expect(['1024', '2GiB', '500 MB', '1kB', 7].map(memoryBytes)).toEqual([1024, 2 ** 31, 5e8, 1000, 7]);
    expect(() => memoryBytes('much')).toThrow(/not an amount/);
  });
});
