import { describe, expect, it } from '@jest/globals';
import { CouponEvent } from './coupon-event.ts';
import type { CouponEventPlan } from './coupon-event-plan.ts';

const at = (time: string) => new Date(`2026-03-01T${time}.000Z`);
const now = at('11:00:00');

function anEvent({ issued = 0, ...plan }: Partial<CouponEventPlan> & { issued?: number } = {}): CouponEvent {
  const event = CouponEvent.planned(
    'an id',
    {
      ...{ title: 'Welcome', description: null, codePrefix: 'WELCOME', totalCount: 10, maxPerUser: 1 },
      ...{ startsAt: at('10:00:00'), endsAt: at('12:00:00'), validDays: 30 },
      ...{ discountType: 'PERCENTAGE', discountValue: 10, minPurchaseAmount: 0 },
      ...plan,
    },
    now,
  );
  return Object.assign(event, { issuedCount: issued });
}

describe('the status of an event', () => {
  it.each([
    ['09:59:59', 'SCHEDULED'],
    ['10:00:00', 'ACTIVE'],
    ['11:59:59', 'ACTIVE'],
    ['12:00:00', 'ENDED'],
  ])('at %s is %s', (time, status) => {
    expect(anEvent().status(at(time))).toBe(status);
  });

  it('is ENDED from the moment an ADMIN ends it, even before it starts', () => {
    const event = anEvent();
    event.edit({ ended: true }, at('09:00:00'));
    expect(event.status(at('09:00:00'))).toBe('ENDED');
    expect(event.status(at('11:00:00'))).toBe('ENDED');
  });

  it('remembers when it was first ended', () => {
    const event = anEvent();
    event.edit({ ended: true }, at('10:30:00'));
    event.edit({ ended: true }, at('11:30:00'));
    expect(event.endedAt).toEqual(at('10:30:00'));
  });
});

describe('an edit', () => {
  it('of a sold-out event to a higher total is a restock, and begins another epoch', () => {
    const event = anEvent({ totalCount: 10, issued: 10 });
    expect(event.edit({ totalCount: 12 }, now)).toBe('RESTOCKED');
    expect(event).toMatchObject({ epoch: 2, soldOutAt: null });
    expect(event.remainingCount()).toBe(2);
  });

  it('down to what is issued is a sell-out of this epoch', () => {
    const event = anEvent({ totalCount: 10, issued: 4 });
    expect(event.edit({ totalCount: 4 }, now)).toBe('SOLD_OUT');
    expect(event).toMatchObject({ epoch: 1, soldOutEpoch: 1, soldOutAt: now });
  });

  it('of the total between the two is neither', () => {
    expect(anEvent({ totalCount: 10, issued: 4 }).edit({ totalCount: 5 }, now)).toBeNull();
    expect(anEvent({ totalCount: 10, issued: 10 }).edit({ title: 'Other' }, now)).toBeNull();
  });

  it('fences what Redis knows, whatever it changes', () => {
    const event = anEvent();
    event.edit({ title: 'Other' }, now);
    expect(event.generation).toBe(2);
  });
});
