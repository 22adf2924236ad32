/** Whether a process may outlive its command: not in a container, nor on a build server, which end everything with it. `SLUICE_COURIER` (`on`, `off`) says otherwise. */
export function maySendCourier(env: Readonly<Record<string, string | undefined>> = process.env): boolean {
  const said = env['SLUICE_COURIER'];
  if (said === 'on' || said === 'off') return said === 'on';
  return !env['CI'] && process.pid !== 1 && process.ppid !== 1;
}
