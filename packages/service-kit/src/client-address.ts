import type { IncomingMessage } from 'node:http';
import { type BlockList, isIP, isIPv6 } from 'node:net';

/**
 * Who sent a request: the peer of its connection or, where that is a trusted proxy, whom it names in `X-Forwarded-For`,
 * and so on from proxy to proxy. What an untrusted peer writes there is not read.
 * https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/X-Forwarded-For#selecting_an_ip_address
 */
export function clientAddressOf(
  { socket, headers }: Pick<IncomingMessage, 'headers'> & { socket: { remoteAddress?: string } },
  trustedProxies: BlockList,
): string {
  let address = plain(socket.remoteAddress ?? '');
  if (headers['x-forwarded-for'] === undefined) return address;
  const forwarded = String(headers['x-forwarded-for']).split(',');
  while (forwarded.length > 0 && isTrusted(address, trustedProxies)) {
    const before = plain(forwarded.pop() ?? '');
    if (isIP(before) === 0) break;
    address = before;
  }
  return address;
}

/** The address itself or, of IPv6, its /64: whoever has one address there has them all. */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('::').map((part) => (part === '' ? [] : part.split(':')));
  const groups = [
    ...head,
    ...Array.from({ length: 8 - head.length - (tail?.length ?? 0) }, () => '0'),
    ...(tail ?? []),
  ];
  const network = groups.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${network.join(':')}::/64`;
}

/** A socket that listens for both families shows IPv4 as `::ffff:…`, and a link's own address with its zone. */
function plain(address: string): string {
  return address
    .trim()
    .replace(/^::ffff:(?=\d+\.)/i, '')
    .replace(/%.*$/, '');
}

function isTrusted(address: string, trustedProxies: BlockList): boolean {
  const family = isIP(address);
  return family !== 0 && trustedProxies.check(address, family === 6 ? 'ipv6' : 'ipv4');
}
