import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startWorld, type World } from './world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld();
});

afterAll(() => world.close());

it('a code that was drawn before is drawn anew: nobody gets it twice, and nobody goes without', async () => {
  const event = await world.aCouponEvent();
  await world.issue(await world.aShopper(), event.id);
  const [first] = await world.coupons(event.id);
  const unlucky = await world.shoppers(5);
  const last = unlucky.at(-1)?.id;
  // Luck cannot be arranged, so the table plays it: each connection draws the taken code once. Session variables
  // survive the transaction that fails.
  await world.rows(
    `CREATE TRIGGER coupons_unlucky BEFORE INSERT ON coupons FOR EACH ROW
     BEGIN
       IF NEW.user_id = '${last}' AND @drawn IS NULL THEN
         SET @drawn = 1;
         SET NEW.code = '${first?.code}';
       END IF;
     END`,
  );
  const answers = await Promise.all(unlucky.map((shopper) => world.issue(shopper, event.id)));
  expect(answers.map(({ userErrors }) => userErrors)).toEqual(unlucky.map(() => []));
  const codes = (await world.coupons(event.id)).map(({ code }) => code);
  expect(new Set(codes).size).toBe(6);
  expect(codes.every((code) => /^WELCOME-[0-9A-HJKMNP-TV-Z]{8}$/.test(code))).toBe(true);
  expect(await world.event(event.id)).toMatchObject({ issuedCount: 6 });
});
