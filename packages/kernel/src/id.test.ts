import { isId, newId } from './id.ts';

describe('newId', () => {
  it('makes ids that sort in the order they were made', () => {
    const ids = Array.from({ length: 20_000 }, newId);
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('carries the time it was made in its first 48 bits', () => {
    const made = Number.parseInt(newId().replaceAll('-', '').slice(0, 12), 16);
    expect(Math.abs(made - Date.now())).toBeLessThan(5_000);
  });
});

describe('isId', () => {
  it('accepts what newId makes', () => expect(isId(newId())).toBe(true));

  it.each(['', '1', 'x'.repeat(36), '019A0000-0000-7000-8000-000000000000', `${newId()} `, "' OR 1=1"])(
    'refuses %p',
    (value) => expect(isId(value)).toBe(false),
  );
});
