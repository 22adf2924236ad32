import { BlockList, isIP } from 'node:net';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Whether only programs of this machine reach an address. A name that only most systems keep to themselves does not count, but `localhost` does. */
export function isLoopback(host: string): boolean {
  const kind = isIP(host);
  if (kind === 0) return host === 'localhost';
  return loopback.check(host, kind === 6 ? 'ipv6' : 'ipv4');
}
