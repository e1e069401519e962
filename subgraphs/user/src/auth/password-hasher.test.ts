import { expect, it } from '@jest/globals';
import { createPasswordHasher } from './password-hasher.ts';

const passwords = createPasswordHasher();

it('knows a password again, and no other', async () => {
  const hash = await passwords.hash('correct horse');
  expect(await passwords.verify('correct horse', hash)).toBe(true);
  expect(await passwords.verify('correct horse ', hash)).toBe(false);
});

it('hashes the same password differently every time', async () => {
  expect(await passwords.hash('correct horse')).not.toBe(await passwords.hash('correct horse'));
});

it('knows a password however its characters are composed', async () => {
  const hash = await passwords.hash('caf\u00e9 noir');
  expect(await passwords.verify('cafe\u0301 noir', hash)).toBe(true);
});

it('reads the cost from the hash, so that old hashes outlive a new cost', async () => {
  // From the test vectors of the reference implementation: argon2id, m=65536, t=2, p=1.
  const old = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
  expect(await passwords.verify('password', old)).toBe(true);
});

it('says no without a hash', async () => {
  expect(await passwords.verify('correct horse', null)).toBe(false);
});

it('turns work away instead of queueing without end', async () => {
  // A hash says itself what it costs to compare with it.
  const cheap = '$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$aGFzaGhhc2hoYXNoaGFzaA';
  const answers = await Promise.allSettled(Array.from({ length: 210 }, () => passwords.verify('x', cheap)));
  const refused = answers.filter((answer) => answer.status === 'rejected');
  expect(refused).toHaveLength(8);
  expect(refused[0]).toMatchObject({ reason: { code: 'RATE_LIMITED' } });
});
