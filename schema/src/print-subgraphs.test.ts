import { afterAll, expect, it } from '@jest/globals';
import { aRepository, removeRepositories } from '../test/a-repository.ts';
import { printSubgraphs } from './print-subgraphs.ts';
import { openRepository } from './repository.ts';

afterAll(removeRepositories);

const MEGABYTES = 3;

it('takes an SDL of several megabytes from a program', async () => {
  const { root } = await aRepository({
    'schema/shop-schema.json': JSON.stringify({
      subgraphs: { big: { url: 'http://127.0.0.1/big', program: 'big.mjs' } },
    }),
    'big.mjs': `console.log('type Query { a: Int } #' + 'x'.repeat(${MEGABYTES * 1024 * 1024}));`,
  });
  const [big] = await printSubgraphs(await openRepository(root));
  expect(big?.sdl.length).toBeGreaterThan(MEGABYTES * 1024 * 1024);
});
