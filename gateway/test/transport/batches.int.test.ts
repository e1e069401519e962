import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Library, startLibrary } from '../library/start-library.ts';

let library: Library;
beforeAll(async () => {
  library = await startLibrary({ BATCH_MAX_OPERATIONS: '3' });
});
afterAll(() => library.close());

const BOOK = { query: '{ book(id: "b1") { title } }' };
const EMMA = { data: { book: { title: 'Emma' } } };

async function post(body: unknown) {
  const answer = await fetch(library.gateway.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: await answer.json() };
}

describe('a list of operations, where it is allowed,', () => {
  it('gets a list of answers, each its own', async () => {
    expect(await post([BOOK, { query: '{' }, {}, BOOK].slice(0, 3))).toEqual({
      status: 200,
      body: [
        EMMA,
        { errors: [expect.objectContaining({ extensions: { code: 'GRAPHQL_PARSE_FAILED' } })] },
        { errors: [expect.objectContaining({ extensions: { code: 'BAD_USER_INPUT' } })] },
      ],
    });
  });

  it('tells a list within it what is wrong, and answers the others', async () => {
    const message = 'A list of operations holds objects, and no further lists.';
    expect(await post([[BOOK], BOOK])).toEqual({
      status: 200,
      body: [{ errors: [{ message, extensions: { code: 'BAD_USER_INPUT' } }] }, EMMA],
    });
  });

  it.each([[[]], [[BOOK, BOOK, BOOK, BOOK]]])('is refused with none in it, and with too many', async (list) => {
    expect(await post(list)).toEqual({
      status: 400,
      body: { errors: [{ message: 'A list must hold 1 to 3 operations.', extensions: { code: 'BAD_USER_INPUT' } }] },
    });
  });

  it('changes nothing for a single one', async () => {
    expect(await post(BOOK)).toEqual({ status: 200, body: EMMA });
  });
});
