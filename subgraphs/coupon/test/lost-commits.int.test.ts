import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { newId } from '@shop/kernel';
import { anIssuer } from './an-issuer.ts';
import { mysqlProxy } from './mysql-proxy.ts';
import { startWorld, type World } from './world.ts';

let world: World;
let wire: Awaited<ReturnType<typeof mysqlProxy>>;
let process: Awaited<ReturnType<typeof anIssuer>>;
let eventId: string;

beforeAll(async () => {
  world = await startWorld();
});

afterAll(() => world.close());

beforeEach(async () => {
  wire = await mysqlProxy(world.servers.databaseUrl);
  process = await anIssuer(world, { databaseUrl: wire.url });
  eventId = (await world.aCouponEvent({ totalCount: 3 })).id;
});

afterEach(async () => {
  await process.close();
  await wire.close();
});

const aRequest = () => ({ eventId, userId: newId(), requestId: randomUUID() });
const stock = () => world.redis((redis) => redis.get(`event:{${eventId}}:stock`));

describe('a connection that is lost at the COMMIT', () => {
  it('which was done: the coupons are found, and no others are promised in their place', async () => {
    wire.loseNextCommit('IS_DONE');
    const issued = await Promise.all([aRequest(), aRequest()].map((request) => process.issuer.issue(request)));
    const ids = (await world.coupons(eventId)).map(({ id }) => id);
    expect(ids.sort()).toEqual(issued.map(({ coupon }) => coupon.id).sort());
    expect(await stock()).toBe('1');
  });

  it('which never arrived: the grant is given back', async () => {
    wire.loseNextCommit('NEVER_ARRIVES');
    await expect(process.issuer.issue(aRequest())).rejects.toThrow();
    expect(await world.coupons(eventId)).toEqual([]);
    expect(await stock()).toBe('3');
  });

  it('with nobody left to ask: the grant stays, and the request sent again gets its coupon', async () => {
    const request = aRequest();
    wire.loseNextCommit('IS_DONE_AND_SERVER_GONE');
    await expect(process.issuer.issue(request)).rejects.toThrow();
    expect(await stock()).toBe('2');
    wire.serverIsBack();
    const others = await Promise.all([aRequest(), aRequest()].map((other) => process.issuer.issue(other)));
    const { coupon } = await process.issuer.issue(request);
    expect(await world.coupons(eventId)).toHaveLength(3);
    expect(others.map((other) => other.coupon.id)).not.toContain(coupon.id);
    await expect(process.issuer.issue(aRequest())).rejects.toMatchObject({ code: 'SOLD_OUT' });
  });
});
