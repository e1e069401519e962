import { isAtLeast } from './server-version.ts';

it.each([
  ['2.12.1', '2.12.1', true],
  ['2.12.0', '2.12.1', false],
  ['2.12.1-RC.2', '2.12.1', true],
  ['2.15.0', '2.12.1', true],
  ['3.0.0', '2.12.1', true],
  ['2.9.25', '2.10', false],
  ['2.10.0', '2.10', true],
  ['1.99.9', '2.10', false],
  ['', '2.10', false],
])('takes %s to be at least %s: %s', (version, wanted, is) => {
  expect(isAtLeast(version, wanted)).toBe(is);
});
