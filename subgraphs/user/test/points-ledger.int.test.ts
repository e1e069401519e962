import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ConfirmPoints, HoldPoints, RefundPoints, ReleasePoints } from '@shop/contracts';
import { newId } from '@shop/kernel';
import { type Bus, connectBus, sendCommand } from '@shop/messaging';
import { createLogger } from '@shop/service-kit';
import { patience, withinTime } from '@shop/testkit';
import fc from 'fast-check';
import { verifyLedger } from '../src/use-cases/verify-ledger.ts';
import { expectKept, expectRight } from './ledger-invariants.ts';
import { type Command, CRASHED, type Ledger, openLedger, perform, type Transfer } from './ledger-model.ts';
import { type Shopper, startWorld, type World } from './world.ts';

const USERS = 2;
const ORDERS = 10;
const AMOUNTS = [0, 10, 30, 40, 90];
const OPENING = { users: USERS, points: 100 };

const user = fc.nat(USERS - 1);
const charge = fc.record({
  name: fc.constant('charge' as const),
  user,
  key: fc.nat(9),
  amount: fc.constantFrom(10, 20, 60),
});
const order = fc.nat(ORDERS - 1);
const ofOrder = (name: 'confirm' | 'release' | 'refund') => fc.record({ name: fc.constant(name), order });
// An order asks for the same hold each time, but for the odd one that does not.
const hold = fc
  .record({
    order,
    isOdd: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constant(1) }),
  })
  .map(({ order, isOdd }) => {
    const amount = AMOUNTS[(order + isOdd) % AMOUNTS.length] as number;
    return { name: 'hold' as const, order, user: order % USERS, amount };
  });
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 4, arbitrary: charge },
  { weight: 9, arbitrary: hold },
  { weight: 4, arbitrary: ofOrder('confirm') },
  { weight: 2, arbitrary: ofOrder('release') },
  { weight: 2, arbitrary: ofOrder('refund') },
);
/** After how many statements the process dies; mostly it lives. */
const crashAfter = fc.oneof(
  { weight: 3, arbitrary: fc.constant(Number.POSITIVE_INFINITY) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 6 }) },
);
const step = fc.record({ command, crashAfter, isRepeated: fc.boolean() });
const history = fc.array(step, { minLength: 1, maxLength: 50, size: 'max' });
const LONG_ENOUGH_MS = 8_000;

describe('the ledger, as it is meant', () => {
  it('is right after every command, whatever comes twice, in the wrong order, or dies half-way', () => {
    fc.assert(
      fc.property(history, (steps) => {
        let ledger = openLedger(OPENING);
        for (const { command, crashAfter, isRepeated } of steps) {
          const undisturbed = perform(ledger, command);
          ledger = perform(ledger, command, crashAfter).ledger;
          expectRight(ledger);
          if (!isRepeated) continue;
          // Sent until it is answered, a command ends as if nothing had happened to it.
          ledger = perform(ledger, command).ledger;
          expect(ledger).toEqual(undisturbed.ledger);
          expect(perform(ledger, command).answer).toEqual(undisturbed.answer);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('the ledger, as it is', () => {
  let world: World;
  let bus: Bus;
  beforeAll(async () => {
    // Nobody is there to settle what expires.
    world = await startWorld({ env: { HOLD_SWEEP_MS: '3600000' } });
    bus = await connectBus({
      url: world.servers.nats.url,
      name: 'test',
      log: createLogger('test', { level: 'silent' }),
    });
  });
  afterAll(async () => {
    await bus?.close();
    await world?.close();
  });

  /** Shoppers, orders and keys of one history, told apart from those of every other. */
  async function aStage() {
    const shoppers = await Promise.all(Array.from({ length: USERS }, () => world.aShopper(OPENING)));
    const orders = Array.from({ length: ORDERS }, () => newId());
    const userIds = shoppers.map(({ id }) => id);
    const at = <T>(list: T[], index: number) => list[index] as T;

    async function send(command: Command): Promise<unknown> {
      try {
        if (command.name === 'charge') return await sendCharge(at(shoppers, command.user), command);
        const orderId = at(orders, command.order);
        switch (command.name) {
          case 'hold': {
            const request = {
              orderId,
              userId: at(userIds, command.user),
              amount: command.amount,
              expiresInSeconds: 60,
            };
            return await sendCommand(bus, HoldPoints, request, patience);
          }
          case 'confirm':
            return await sendCommand(bus, ConfirmPoints, { orderId }, patience);
          case 'release':
            return await sendCommand(bus, ReleasePoints, { orderId }, patience);
          case 'refund':
            return await sendCommand(bus, RefundPoints, { orderId }, patience);
        }
      } catch (error) {
        const { code } = error as { code: string };
        return code === 'INTERNAL_SERVER_ERROR' && world.hasCrashed() ? CRASHED : { error: code };
      }
    }

    /** Accounts and transfers as they are stored, in the words of the model. */
    async function stored(): Promise<Omit<Ledger, 'keys'>> {
      const em = world.database.fork();
      type Row = Omit<Transfer, 'user' | 'order'> & { userId: string | null; orderId: string | null };
      const transfers = await em.execute<Row[]>(
        `SELECT kind, state, user_id AS userId, order_id AS orderId, amount, voided_because AS voidedBecause, missing,
                sequence, balance_after AS balanceAfter
           FROM point_transfers WHERE user_id IN (?) OR order_id IN (?)`,
        [userIds, orders],
      );
      const accounts = await em.execute<(Ledger['accounts'][number] & { userId: string })[]>(
        `SELECT user_id AS userId, balance, pending, entry_count AS entryCount FROM point_accounts WHERE user_id IN (?)`,
        [userIds],
      );
      const indexIn = (list: string[], id: string | null) => (id === null ? null : list.indexOf(id));
      return {
        accounts: userIds.map((id) => {
          const { userId: _, ...account } = accounts.find(({ userId }) => userId === id) as (typeof accounts)[number];
          return account;
        }),
        transfers: transfers.map(({ userId, orderId, ...rest }) => ({
          ...rest,
          user: indexIn(userIds, userId),
          order: indexIn(orders, orderId),
        })),
      };
    }
    return { send, stored };
  }

  async function sendCharge({ client }: Shopper, { amount, key }: Command & { name: 'charge' }): Promise<unknown> {
    interface Charged {
      chargePoints: { entry: { balanceAfter: number } | null; userErrors: { code: string }[] };
    }
    const { data, errors } = await client.query<Charged>(
      `mutation ($input: ChargePointsInput!) {
        chargePoints(input: $input) { entry { balanceAfter } userErrors { code } }
      }`,
      { input: { amount, idempotencyKey: `key-${key}` } },
    );
    if (errors) throw errors[0]?.extensions;
    return data?.chargePoints.entry ?? { refused: data?.chargePoints.userErrors[0]?.code };
  }

  /** In an order that does not depend on the database's. */
  const sorted = ({ accounts, transfers }: Omit<Ledger, 'keys'>) => ({
    accounts,
    transfers: transfers.map((transfer) => JSON.stringify(transfer, Object.keys(transfer).sort())).sort(),
  });

  it('does what is meant, command by command; of one that dies half-way it keeps all or nothing', async () => {
    await fc.assert(
      fc.asyncProperty(
        history,
        withinTime(LONG_ENOUGH_MS, async (steps) => {
          const { send, stored } = await aStage();
          let ledger = openLedger(OPENING);
          for (const { command, crashAfter, isRepeated } of steps) {
            const meant = perform(ledger, command);
            world.crashAfter(crashAfter);
            const answer = await send(command);
            world.crashAfter(Number.POSITIVE_INFINITY);
            const now = sorted(await stored());
            if (answer === CRASHED) expect([sorted(ledger), sorted(meant.ledger)]).toContainEqual(now);
            else expect({ answer, ...now }).toEqual({ answer: meant.answer, ...sorted(meant.ledger) });
            if (answer !== CRASHED || isRepeated) {
              expect(await send(command)).toEqual(perform(meant.ledger, command).answer);
              ledger = meant.ledger;
            } else if (JSON.stringify(now) === JSON.stringify(sorted(meant.ledger))) ledger = meant.ledger;
            expect(sorted(await stored())).toEqual(sorted(ledger));
          }
        }),
      ),
      { numRuns: 25 },
    );
    expect((await verifyLedger(world.database.fork)).differences).toEqual([]);
  });

  it('is right after everything at once, and has kept every word it gave', async () => {
    await fc.assert(
      fc.asyncProperty(
        history,
        fc.integer({ min: 1, max: 60 }),
        withinTime(LONG_ENOUGH_MS, async (steps, crashAfter) => {
          const { send, stored } = await aStage();
          world.crashAfter(crashAfter);
          const told = await Promise.all(
            steps.flatMap(({ command, isRepeated }) =>
              (isRepeated ? [command, command] : [command]).map(async (one) => ({ ...one, answer: await send(one) })),
            ),
          );
          const { accounts, transfers } = await stored();
          expectRight({ accounts, transfers });
          // Nothing else may fail of itself.
          expect(told.filter(({ answer }) => answer === CRASHED).length).toBeLessThanOrEqual(1);
          expect(told).not.toContainEqual(expect.objectContaining({ answer: { error: 'INTERNAL_SERVER_ERROR' } }));
          for (const { answer, ...command } of told) {
            if (answer !== CRASHED) expectKept(command, answer, transfers);
          }
        }),
      ),
      { numRuns: 50 },
    );
    expect((await verifyLedger(world.database.fork)).differences).toEqual([]);
  });
});
