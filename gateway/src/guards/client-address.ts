import type { IncomingMessage } from 'node:http';
import { BlockList, isIP, isIPv6 } from 'node:net';

/** Who may say in `X-Forwarded-For` where a request came from: nobody, addresses, or the last so many proxies. */
export type TrustedProxies = { hops: number } | { addresses: BlockList };

/**
 * Reads TRUST_PROXY: a number of proxies, or addresses and networks (`10.0.0.0/8, ::1`) separated by commas. Throws a
 * RangeError for anything else; empty trusts nobody.
 */
export function parseTrustedProxies(text: string): TrustedProxies {
  if (/^\d*$/.test(text.trim())) return { hops: Number(text) };
  const addresses = new BlockList();
  for (const entry of text.split(',').flatMap((each) => each.trim() || [])) {
    const [address = '', bits] = entry.split('/');
    const isNetwork = bits === undefined || (/^\d+$/.test(bits) && Number(bits) <= (isIPv6(address) ? 128 : 32));
    if (isIP(address) === 0 || !isNetwork) throw new RangeError(`"${entry}" is no address and no network`);
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (bits === undefined) addresses.addAddress(address, family);
    else addresses.addSubnet(address, Number(bits), family);
  }
  return { addresses };
}

type Request = Pick<IncomingMessage, 'headers'> & { socket: Pick<IncomingMessage['socket'], 'remoteAddress'> };

/** The nearest address that no trusted proxy stands for; what is further left in the header anybody could have written. */
export function clientAddress({ headers, socket }: Request, trusted: TrustedProxies): string {
  const forwarded = String(headers['x-forwarded-for'] ?? '');
  const claimed = forwarded.split(',').flatMap((each) => each.trim() || []);
  let address = plain(socket.remoteAddress ?? '');
  for (let hop = 0; isTrusted(address, hop, trusted); hop += 1) {
    const next = plain(claimed.pop() ?? '');
    if (isIP(next) === 0) break;
    address = next;
  }
  return address;
}

/** Whoever has one address of IPv6 has 2^64 of them. */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - groups.length - last.length }, () => '0');
  const all = [...groups, ...zeros, ...last].slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${all.join(':')}::/64`;
}

function isTrusted(address: string, hop: number, trusted: TrustedProxies): boolean {
  if ('hops' in trusted) return hop < trusted.hops;
  return isIP(address) !== 0 && trusted.addresses.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

/** Sockets that speak both protocols write IPv4 as IPv6. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
}
