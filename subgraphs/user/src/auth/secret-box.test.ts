import { expect, it } from '@jest/globals';
import { createSecretBox } from './secret-box.ts';

const box = createSecretBox('a secret that is long enough to be one');

it('opens what it sealed, and seals differently every time', () => {
  const sealed = box.seal('content', 'label');
  expect(box.open(sealed, 'label')).toBe('content');
  expect(box.seal('content', 'label')).not.toEqual(sealed);
});

it('opens nothing under another secret or label', () => {
  const sealed = box.seal('content', 'label');
  expect(() => box.open(sealed, 'another label')).toThrow();
  expect(() => createSecretBox('another secret of the same length…').open(sealed, 'label')).toThrow();
});

it('notices every flipped bit and every missing byte', () => {
  const sealed = box.seal('content', 'label');
  for (let index = 0; index < sealed.length; index++) {
    const flipped = Buffer.from(sealed);
    flipped.writeUInt8(flipped.readUInt8(index) ^ 1, index);
    expect(() => box.open(flipped, 'label')).toThrow();
    expect(() => box.open(sealed.subarray(0, index), 'label')).toThrow();
  }
});
