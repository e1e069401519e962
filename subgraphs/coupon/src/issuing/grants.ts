import { newId } from '@shop/kernel';
import { defineScript, type RedisConnection, runScript } from '@shop/redis';
import type { Logger } from '@shop/service-kit';
import { keyOf } from './earlier-coupons.ts';
import type { IssueTerms } from './issue-terms.ts';
import type { IssueRequest } from './issuer.ts';
import { COMPLETE, keysOf, MADE_IN } from './redis-keys.ts';

const issueScript = defineScript<[string, string?]>(
  'issue',
  new URL('../../src/issuing/issue.lua', import.meta.url),
  6,
);
const returnScript = defineScript<number>('return', new URL('../../src/issuing/return.lua', import.meta.url), 5);

/** The right to one coupon, given by Redis; the table has the last word. */
export interface Grant {
  couponId: string;
  /** Place in the order of service; null without Redis. */
  sequence: number | null;
  /** Of the keys that gave it; null without Redis. */
  generation: number | null;
}

export type GrantReply =
  | { kind: 'GRANTED'; grant: Grant }
  | { kind: 'LIMIT' | 'SOLD_OUT' | 'INCOMPLETE' | 'AWAY' }
  /** Redis has another generation than the caller. */
  | { kind: 'FENCED'; generation: number };

export interface Grants {
  ask(terms: IssueTerms, request: IssueRequest): Promise<GrantReply>;
  /**
   * The grant of this request, null when there is none; UNKNOWN when Redis cannot say, SUSPECT when the server has been
   * replaced since the keys were made: they may have lost their last writes, and are to be made anew.
   */
  find(request: IssueRequest, generation: number): Promise<Grant | null | 'UNKNOWN' | 'SUSPECT'>;
  /** Gives back what the table refused, true if it was there to be given; never throws. What is lost on the way stays in the log. */
  giveBack(request: IssueRequest, grant: Grant, why: 'REFUSED' | 'LIMIT' | 'SOLD_OUT'): Promise<boolean>;
  /** The table has the coupons of these grants: takes them out of the log, false if some were not in it; never throws. */
  settled(eventId: string, granted: readonly Grant[]): Promise<boolean>;
  /** Whether Redis would answer these requests with their grants, unless its keys have been made anew; never throws. */
  areKnown(eventId: string, granted: readonly { request: IssueRequest; grant: Grant }[]): Promise<boolean>;
}

export function createGrants({ redis, log }: { redis: RedisConnection; log: Logger }): Grants {
  function failed(error: unknown, action: string): void {
    // A lost connection is told once, by the connection itself.
    if (redis.ready() === null) log.warn({ err: error, action }, 'Redis failed; going on without it.');
  }

  return {
    async ask(terms, request) {
      const { generation, stock, users, requests, sequence, log } = keysOf(terms.id);
      const args = [terms.generation, request.userId, keyOf(request), newId(), terms.maxPerUser];
      try {
        const reply = await runScript(redis, issueScript, [generation, stock, users, requests, sequence, log], args);
        return readReply(reply, terms.generation);
      } catch (error) {
        failed(error, 'issue');
        return { kind: 'AWAY' };
      }
    },

    async find(request, generation) {
      try {
        const { requests } = keysOf(request.eventId);
        const [complete, madeIn, grant] = await redis.hmget(requests, COMPLETE, MADE_IN, keyOf(request));
        if (complete == null || Number(complete) < generation) return 'UNKNOWN';
        const isSameServer = madeIn === '' || redis.isServedBy(madeIn ?? '');
        if (isSameServer !== true) return isSameServer === null ? 'UNKNOWN' : 'SUSPECT';
        return grant == null ? null : readGrant(grant, Number(complete));
      } catch (error) {
        failed(error, 'find');
        return 'UNKNOWN';
      }
    },

    async giveBack(request, grant, why) {
      if (grant.generation === null) return false;
      const { generation, stock, users, requests, log } = keysOf(request.eventId);
      const args = [grant.generation, request.userId, keyOf(request), textOf(grant), why];
      try {
        return (await runScript(redis, returnScript, [generation, stock, users, requests, log], args)) === 1;
      } catch (error) {
        failed(error, 'return');
        return false;
      }
    },

    async settled(eventId, granted) {
      const entries = granted.flatMap(({ generation, sequence }) =>
        generation === null || sequence === null ? [] : [`${generation}-${sequence}`],
      );
      if (entries.length === 0) return true;
      try {
        return (await redis.xdel(keysOf(eventId).log, ...entries)) === entries.length;
      } catch (error) {
        failed(error, 'settle');
        return true;
      }
    },

    async areKnown(eventId, granted) {
      const ofRedis = granted.filter(({ grant }) => grant.generation !== null);
      const fields = ofRedis.map(({ request }) => keyOf(request));
      try {
        const [complete, ...found] = await redis.hmget(keysOf(eventId).requests, COMPLETE, ...fields);
        return ofRedis.every(({ grant }, i) => complete !== String(grant.generation) || found[i] === textOf(grant));
      } catch (error) {
        failed(error, 'settle');
        return true;
      }
    },
  };
}

function textOf({ couponId, sequence }: Grant): string {
  return `${couponId}:${sequence}`;
}

function readReply([kind, detail = '']: [string, string?], generation: number): GrantReply {
  switch (kind) {
    case 'GRANTED':
      return { kind, grant: readGrant(detail, generation) };
    case 'FENCED':
      return { kind, generation: Number(detail) };
    case 'LIMIT':
    case 'SOLD_OUT':
    case 'INCOMPLETE':
      return { kind };
    default:
      throw new Error(`issue.lua answered ${kind}.`);
  }
}

export function readGrant(text: string, generation: number): Grant {
  const [couponId = '', sequence] = text.split(':');
  return { couponId, sequence: Number(sequence) || null, generation };
}
