import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '@shop/kernel';
import { type Shopper, startWorld, type World } from './world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld();
});

afterAll(() => world.close());

interface Page {
  nodes: { id: string; status: string; event?: { id: string }; owner?: { id: string } }[];
  edges: { cursor: string }[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; endCursor: string | null };
}

const PAGE = 'edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }';
const EVENTS = `query ($first: Int, $after: String, $status: CouponEventStatus) {
  couponEvents(first: $first, after: $after, status: $status) { nodes { id status } ${PAGE} } }`;
const USERS = `query ($users: [_Any!]!, $first: Int, $after: String, $status: CouponStatus) { _entities(representations: $users) {
  ... on User { coupons(first: $first, after: $after, status: $status) { nodes { id status event { id } owner { id } } ${PAGE} } } } }`;
const COUPONS = 'query ($coupons: [_Any!]!) { _entities(representations: $coupons) { ... on Coupon { id code } } }';

async function couponsOf(viewer: Shopper, users: string[], variables: Record<string, unknown> = {}) {
  const representations = users.map((id) => ({ __typename: 'User', id }));
  return viewer.client.query<{ _entities: { coupons: Page }[] }>(USERS, { users: representations, ...variables });
}

async function aShopperWithCoupons(count: number): Promise<{ shopper: Shopper; coupons: string[] }> {
  const shopper = await world.aShopper();
  const { id } = await world.aCouponEvent({ maxPerUser: 10 });
  const coupons: string[] = [];
  for (let i = 0; i < count; i++) coupons.unshift((await world.issue(shopper, id)).coupon?.id ?? '');
  return { shopper, coupons };
}

describe('couponEvents', () => {
  it('lists events by status, newest first, page by page', async () => {
    const at = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
    const made: Record<string, string[]> = { SCHEDULED: [], ACTIVE: [], ENDED: [] };
    for (let i = 0; i < 3; i++) {
      made.SCHEDULED?.unshift((await world.aCouponEvent({ startsAt: at(1), endsAt: at(2) })).id);
      made.ACTIVE?.unshift((await world.aCouponEvent()).id);
      made.ENDED?.unshift((await world.aCouponEvent({ startsAt: at(-2), endsAt: at(-1) })).id);
    }
    for (const [status, ids] of Object.entries(made)) {
      const found: string[] = [];
      for (let after: string | null = null; ; ) {
        const answer = await world.anonymous.query<{ couponEvents: Page }>(EVENTS, { first: 2, after, status });
        const page = answer.data?.couponEvents as Page;
        expect(page.nodes.every((node) => node.status === status)).toBe(true);
        expect(page.pageInfo.hasPreviousPage).toBe(after !== null);
        found.push(...page.nodes.map(({ id }) => id));
        after = page.pageInfo.endCursor;
        if (!page.pageInfo.hasNextPage) break;
      }
      expect(found).toEqual(ids);
    }
  });

  it.each([
    ['first of none', { first: 0 }],
    ['first beyond a hundred', { first: 101 }],
    ['a negative first', { first: -1 }],
    ['a malformed cursor', { after: 'nonsense' }],
    ['a cursor of something else', { after: Buffer.from('["coupons","x"]').toString('base64url') }],
    ['a forged cursor', { after: Buffer.from('["coupon-events","ü"]').toString('base64url') }],
    ['an unknown status', { status: 'LOST' }],
  ])('refuses %s', async (_, variables) => {
    const answer = await world.anonymous.query(EVENTS, variables);
    expect(answer.errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  });

  it('has no event of an unknown or impossible id', async () => {
    expect(await world.event(newId())).toBeNull();
    expect(await world.event("'; DROP TABLE coupons")).toBeNull();
  });

  it('costs one statement, however long the page', async () => {
    for (let i = 0; i < 5; i++) await world.aCouponEvent();
    expect(await world.countStatements(() => world.anonymous.query(EVENTS, { first: 100 }))).toBe(1);
  });
});

describe('User.coupons', () => {
  it('lists the own coupons, newest first, page by page', async () => {
    const { shopper, coupons } = await aShopperWithCoupons(3);
    const first = (await couponsOf(shopper, [shopper.id], { first: 2 })).data?._entities[0]?.coupons;
    expect(first?.nodes.map(({ id }) => id)).toEqual(coupons.slice(0, 2));
    expect(first?.nodes[0]).toMatchObject({ status: 'ACTIVE', owner: { id: shopper.id } });
    const second = await couponsOf(shopper, [shopper.id], { first: 2, after: first?.pageInfo.endCursor });
    expect(second.data?._entities[0]?.coupons).toMatchObject({
      nodes: [{ id: coupons[2] }],
      pageInfo: { hasNextPage: false, hasPreviousPage: true },
    });
  });

  it('finds coupons by what they can be used for now', async () => {
    const { shopper, coupons } = await aShopperWithCoupons(2);
    await world.rows('UPDATE coupons SET expires_at = UTC_TIMESTAMP(3) - INTERVAL 1 SECOND WHERE id = ?', [coupons[0]]);
    for (const [status, id] of [
      ['EXPIRED', coupons[0]],
      ['ACTIVE', coupons[1]],
    ]) {
      const page = (await couponsOf(shopper, [shopper.id], { status })).data?._entities[0]?.coupons;
      expect(page?.nodes).toMatchObject([{ id, status }]);
    }
    expect((await couponsOf(shopper, [shopper.id], { status: 'USED' })).data?._entities[0]?.coupons.nodes).toEqual([]);
  });

  it("is closed to others, open to an ADMIN, and several users' pages are one statement", async () => {
    const worlds = [await aShopperWithCoupons(2), await aShopperWithCoupons(1)];
    const ids = worlds.map(({ shopper }) => shopper.id);
    const stranger = await couponsOf(await world.aShopper(), ids.slice(0, 1));
    expect(stranger.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    let pages: Page[] = [];
    const statements = await world.countStatements(async () => {
      pages = ((await couponsOf(world.admin, ids)).data?._entities ?? []).map(({ coupons }) => coupons);
    });
    expect(pages.map(({ nodes }) => nodes.map(({ id }) => id))).toEqual(worlds.map(({ coupons }) => coupons));
    // The coupons, and the events of all of them.
    expect(statements).toBe(2);
  });
});

describe('a coupon', () => {
  it('is seen by its owner and by an ADMIN, through references too', async () => {
    const { shopper, coupons } = await aShopperWithCoupons(2);
    const references = coupons.map((id) => ({ __typename: 'Coupon', id }));
    const seenBy = async (viewer: Pick<Shopper, 'client'>) =>
      (
        await viewer.client.query<{ _entities: ({ id: string } | null)[] }>(COUPONS, { coupons: references })
      ).data?._entities.map((found) => found?.id ?? null);
    expect(await seenBy(shopper)).toEqual(coupons);
    expect(await seenBy(world.admin)).toEqual(coupons);
    expect(await seenBy(await world.aShopper())).toEqual([null, null]);
    expect(await seenBy({ client: world.anonymous })).toEqual([null, null]);
    expect(await world.countStatements(() => seenBy(shopper))).toBe(1);
  });
});

describe('currentCouponSoldOut', () => {
  const ask = async (couponEventId: string | null) =>
    (
      await world.anonymous.query<{ currentCouponSoldOut: { couponEvent: { id: string }; soldOutAt: string } | null }>(
        'query ($id: ID) { currentCouponSoldOut(couponEventId: $id) { couponEvent { id } soldOutAt } }',
        { id: couponEventId },
      )
    ).data?.currentCouponSoldOut;

  it('is null until the last coupon is gone, and without an id', async () => {
    const event = await world.aCouponEvent({ totalCount: 1 });
    expect(await ask(event.id)).toBeNull();
    expect(await ask(null)).toBeNull();
    expect(await ask('nonsense')).toBeNull();
    await world.issue(await world.aShopper(), event.id);
    expect(await ask(event.id)).toEqual({
      couponEvent: { id: event.id },
      soldOutAt: (await world.event(event.id))?.soldOutAt,
    });
  });
});
