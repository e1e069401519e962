import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { clientAddressOf, networkOf } from './client-address.ts';
import { loadConfig, setting } from './config.ts';

const networksOf = (text: string) =>
  loadConfig(z.object({ NETWORKS: setting.networks() }), { NETWORKS: text }).NETWORKS;

function clientOf(peer: string | undefined, forwarded: string | undefined, trusted = '10.0.0.0/8, fd00::/8'): string {
  return clientAddressOf(
    { socket: { remoteAddress: peer }, headers: { 'x-forwarded-for': forwarded } },
    networksOf(trusted),
  );
}

describe('the client of a request', () => {
  it.each([
    ['the peer, when nobody is trusted', '10.0.0.1', '1.2.3.4', '', '10.0.0.1'],
    ['the peer, when it is no proxy of ours', '9.9.9.9', '1.2.3.4', undefined, '9.9.9.9'],
    ['the peer, when it names nobody', '10.0.0.1', undefined, undefined, '10.0.0.1'],
    ['whom a trusted proxy names', '10.0.0.1', '1.2.3.4', undefined, '1.2.3.4'],
    ['whom the last proxy saw, whatever came before', '10.0.0.1', '6.6.6.6, 1.2.3.4', undefined, '1.2.3.4'],
    ['whom the first of several proxies saw', '10.0.0.1', '6.6.6.6, 1.2.3.4, 10.0.0.2', undefined, '1.2.3.4'],
    ['the farthest proxy, when all are trusted', '10.0.0.1', '10.0.0.3,10.0.0.2', undefined, '10.0.0.3'],
    ['the proxy that named no address', '10.0.0.1', '1.2.3.4, unknown', undefined, '10.0.0.1'],
    ['found behind IPv4 in the dress of IPv6', '::ffff:10.0.0.1', '::ffff:1.2.3.4', undefined, '1.2.3.4'],
    ['found behind IPv6', 'fd00::1', '2001:db8::7', undefined, '2001:db8::7'],
    ['nobody, when the connection is gone', undefined, '1.2.3.4', undefined, ''],
  ])('is %s', (_, peer, forwarded, trusted, client) => {
    expect(clientOf(peer, forwarded, trusted)).toBe(client);
  });
});

describe('the network of an address', () => {
  it.each([
    ['1.2.3.4', '1.2.3.4'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:1:2::6', '2001:db8:1:2::/64'],
    ['2001:db8::6', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['', ''],
  ])('of %p is %p', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});

it.each(['10.0.0.0/33', 'localhost', '10.0.0.1/', '::/129', '10.0.0.0/8/8'])('%p names no network', (text) => {
  expect(() => networksOf(text)).toThrow('NETWORKS must be addresses or networks');
});
