import { expect, it } from '@jest/globals';
import { clientAddress, networkOf, parseTrustedProxies } from './client-address.ts';

const from = (remoteAddress: string, forwarded?: string) => ({
  socket: { remoteAddress },
  headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
});

it.each([
  ['nobody may speak for others unless told', '', '10.0.0.1', '1.1.1.1', '10.0.0.1'],
  ['a proxy that is trusted', '10.0.0.0/8', '10.0.0.1', '1.1.1.1', '1.1.1.1'],
  ['what a client wrote itself is further left', '10.0.0.0/8', '10.0.0.1', '6.6.6.6, 1.1.1.1', '1.1.1.1'],
  ['proxies behind proxies', '10.0.0.0/8, 192.168.0.1', '10.0.0.1', '1.1.1.1, 192.168.0.1', '1.1.1.1'],
  ['one that is not trusted', '10.0.0.0/8', '11.0.0.1', '1.1.1.1', '11.0.0.1'],
  ['a proxy that says nothing', '10.0.0.0/8', '10.0.0.1', undefined, '10.0.0.1'],
  ['a proxy that says nonsense', '10.0.0.0/8', '10.0.0.1', 'unknown', '10.0.0.1'],
  ['a number of proxies', '2', '9.9.9.9', '6.6.6.6, 1.1.1.1, 8.8.8.8', '1.1.1.1'],
  ['IPv4 written as IPv6', '10.0.0.0/8', '::ffff:10.0.0.1', '::ffff:1.1.1.1', '1.1.1.1'],
  ['IPv6', 'fd00::/8', 'fd00::1', '2001:db8::5', '2001:db8::5'],
])('%s', (_, trusted, remote, forwarded, expected) => {
  expect(clientAddress(from(remote, forwarded), parseTrustedProxies(trusted))).toBe(expected);
});

it.each(['10.0.0.0/33', 'proxy', '10.0.0', '::/129'])('says that %s is no address', (text) => {
  expect(() => parseTrustedProxies(text)).toThrow(text);
});

it.each([
  ['1.2.3.4', '1.2.3.4'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0db8:1:2::6', '2001:db8:1:2::/64'],
  ['::1', '0:0:0:0::/64'],
])('one client has all of %s', (address, network) => expect(networkOf(address)).toBe(network));
