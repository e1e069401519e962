import { BadUserInput, Refusal } from '@shop/kernel';
import { descriptionOf, mustKeepRules } from './product-rules.ts';

it.each([
  [{ name: 'x' }],
  [{ name: '가'.repeat(200) }],
  [{ name: '🍵'.repeat(200) }],
  [{ price: 1 }],
  [{ price: 1_000_000_000 }],
  [{ stock: 0 }],
  [{ stock: 1_000_000_000 }],
  [{}],
])('accepts %j', (parts) => expect(() => mustKeepRules(parts)).not.toThrow());

it.each([
  [{ name: '' }, 'NAME_INVALID'],
  [{ name: ' \t ' }, 'NAME_INVALID'],
  [{ name: 'two\nlines' }, 'NAME_INVALID'],
  [{ name: 'x'.repeat(201) }, 'NAME_INVALID'],
  [{ name: null }, 'NAME_INVALID'],
  [{ price: 0 }, 'PRICE_INVALID'],
  [{ price: -1 }, 'PRICE_INVALID'],
  [{ price: 1_000_000_001 }, 'PRICE_INVALID'],
  [{ price: null }, 'PRICE_INVALID'],
  [{ stock: -1 }, 'STOCK_INVALID'],
  [{ stock: 1_000_000_001 }, 'STOCK_INVALID'],
])('refuses %j as %s', (parts, code) => {
  expect(() => mustKeepRules(parts)).toThrow(expect.objectContaining({ code }));
});

it('says everything that is wrong at once', () => {
  const attempt = () => mustKeepRules({ name: '', price: 0, stock: -1 });
  expect(attempt).toThrow(Refusal);
  expect(attempt).toThrow(
    expect.objectContaining({
      userErrors: [
        expect.objectContaining({ path: ['input', 'name'] }),
        expect.objectContaining({ path: ['input', 'price'] }),
        expect.objectContaining({ path: ['input', 'stock'] }),
      ],
    }),
  );
});

it('takes a blank description for none, and refuses a huge one', () => {
  expect(descriptionOf('  ')).toBeNull();
  expect(descriptionOf(undefined)).toBeNull();
  expect(descriptionOf(' tea ')).toBe('tea');
  expect(() => descriptionOf('x'.repeat(10_001))).toThrow(BadUserInput);
});
