import { createHmac } from 'node:crypto';
import { isGenuine, keyOf } from './webhook-signature.ts';

const now = new Date('2026-02-11T10:30:00Z');
const [key, other] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
const body = Buffer.from('{"type":"payment.authorised"}');

function aMessage({ ageSeconds = 0, by = key, id = 'msg_1' } = {}) {
  const timestamp = String(now.getTime() / 1_000 - ageSeconds);
  const signature = createHmac('sha256', by).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { id, timestamp, signatures: `v1,${signature}`, body };
}

it('takes what was signed with one of the keys', () => {
  expect(isGenuine(aMessage(), [key], now)).toBe(true);
  expect(isGenuine(aMessage(), [other, key], now)).toBe(true);
  expect(isGenuine(aMessage({ by: other }), [key], now)).toBe(false);
  expect(isGenuine(aMessage(), [], now)).toBe(false);
});

it('agrees with the example of the specification’s reference libraries', () => {
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const message = {
    id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    timestamp: '1614265330',
    signatures: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    body: Buffer.from('{"test": 2432232314}'),
  };
  expect(isGenuine(message, [keyOf(secret) ?? Buffer.alloc(0)], new Date(1_614_265_330_000))).toBe(true);
});

it.each([
  [300, true],
  [301, false],
  [-300, true],
  [-301, false],
])('signed %p seconds ago: %p', (ageSeconds, expected) =>
  expect(isGenuine(aMessage({ ageSeconds }), [key], now)).toBe(expected),
);

it.each<[string, Partial<ReturnType<typeof aMessage>>]>([
  ['another body', { body: Buffer.from('{"type":"payment.captured"}') }],
  ['another id', { id: 'msg_2' }],
  ['another time', { timestamp: String(now.getTime() / 1_000 - 1) }],
  ['a time that is none', { timestamp: 'now' }],
  ['no signature', { signatures: '' }],
  ['an empty signature', { signatures: 'v1,' }],
  ['a version nobody knows', { signatures: aMessage().signatures.replace('v1', 'v2') }],
])('does not take %s', (_what, change) => expect(isGenuine({ ...aMessage(), ...change }, [key], now)).toBe(false));

it('finds the right one of several signatures', () => {
  const wrong = `v1,${Buffer.alloc(32).toString('base64')}`;
  expect(isGenuine({ ...aMessage(), signatures: `v1a,x ${wrong} ${aMessage().signatures}` }, [key], now)).toBe(true);
});

it.each([
  ['a key of 24 bytes', `whsec_${Buffer.alloc(24).toString('base64')}`, true],
  ['a key of 64 bytes', `whsec_${Buffer.alloc(64).toString('base64')}`, true],
  ['a short key', `whsec_${Buffer.alloc(16).toString('base64')}`, false],
  ['a key without its prefix', Buffer.alloc(32).toString('base64'), false],
  ['a password', 'whsec_correct horse battery staple', false],
  ['nothing', '', false],
])('%s', (_what, secret, expected) => expect(keyOf(secret) !== null).toBe(expected));
