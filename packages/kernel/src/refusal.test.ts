import { Refusal } from './refusal.ts';

const soldOut = { code: 'SOLD_OUT', message: 'There is none left.', path: null };

it('tells the first of its reasons as its message, and all of them to the client', () => {
  const late = { code: 'LATE', message: 'It is over.', path: null };
  expect(new Refusal([soldOut, late])).toMatchObject({
    ...{ code: 'SOLD_OUT', message: 'There is none left.' },
    userErrors: [soldOut, late],
  });
});

it('takes no stack, and leaves that of the next error alone', () => {
  expect(new Refusal(soldOut).stack).toBe('Error: There is none left.');
  expect(new Error('a mistake').stack).toContain('refusal.test');
});

it('needs a reason', () => expect(() => new Refusal([])).toThrow(RangeError));
