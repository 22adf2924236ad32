import { expect, it } from 'vitest';
import { maySendCourier } from '../../../framework/stack/may-send-courier.ts';

it.each([
  [{ CI: 'true' }, false],
  [{ CI: 'true', SLUICE_COURIER: 'on' }, true],
  [{ SLUICE_COURIER: 'off' }, false],
  [{ CI: 'true', SLUICE_COURIER: 'perhaps' }, false],
])('a courier under %j: %s', (env, may) => {
  expect(maySendCourier(env)).toBe(may);
});
