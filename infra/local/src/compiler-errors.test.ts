import { expect, it } from '@jest/globals';
import { compilerErrors } from './compiler-errors.ts';

const folders = new Map([
  ['@shop/coupon', 'subgraphs/coupon'],
  ['@shop/kernel', 'packages/kernel'],
]);

it('finds what the compiler said among what everybody else said, with paths from the root', () => {
  const output = [
    '   • Running build in 15 packages',
    '@shop/coupon:build: cache miss, executing 27c869b2ad5dd0f5',
    '@shop/coupon:build: > tsc -p tsconfig.json',
    "@shop/coupon:build: src/graphql/issue.resolver.ts(34,1): error TS1005: ')' expected.",
    '@shop/coupon:build: npm error Lifecycle script `build` failed with error:',
    '@shop/kernel:build: src/id.ts(1,24): error TS1109: Expression expected.',
    ' ERROR  run failed: command  exited (2)',
  ].join('\n');
  expect(compilerErrors(output, folders)).toEqual([
    "subgraphs/coupon/src/graphql/issue.resolver.ts(34,1): error TS1005: ')' expected.",
    'packages/kernel/src/id.ts(1,24): error TS1109: Expression expected.',
  ]);
});

it('finds nothing where a build failed for another reason', () => {
  expect(compilerErrors('@shop/coupon:build: sh: 1: tsc: not found\n', folders)).toEqual([]);
});
