import { newId, ServiceUnavailable } from '@shop/kernel';
import { NotIssued } from '../domain/issue.errors.ts';
import type { Grants } from './grants.ts';
import type { GrantedRequest } from './issue-batch.ts';
import type { IssueTerms } from './issue-terms.ts';
import type { IssueRequest } from './issuer.ts';
import type { TermsCache } from './terms-cache.ts';

/** How long a request waits for a rebuild. Passing by Redis meanwhile would only make another one necessary. */
const PATIENCE_MS = 3_000;

export interface GateOptions {
  grants: Grants;
  rebuild(eventId: string): Promise<void>;
  terms: TermsCache;
  /** Throws NotIssued for an event that is not open. */
  openTerms(eventId: string): Promise<IssueTerms>;
}

export interface Gate {
  /** Lets a request through to the table, or throws NotIssued. */
  enter(request: IssueRequest): Promise<GrantedRequest>;
}

/** Asks Redis for a grant, and sees to it that Redis can answer. Without Redis everybody is let through: the table knows. */
export function createGate({ grants, rebuild, terms, openTerms }: GateOptions): Gate {
  /**
   * Terms and keys can agree on what is over: whoever restocked the event may have died before the rebuild. With MySQL
   * away nobody could get the new coupons either, so what they agree on is the answer.
   */
  async function isCurrent({ id, generation }: IssueTerms): Promise<boolean> {
    const confirmed = await terms.confirm(id).catch(() => null);
    return confirmed === null || confirmed.generation === generation;
  }

  return {
    async enter(request) {
      const { eventId } = request;
      const deadline = performance.now() + PATIENCE_MS;
      while (performance.now() < deadline) {
        const open = await openTerms(eventId);
        const reply = await grants.ask(open, request);
        switch (reply.kind) {
          case 'GRANTED':
            return { request, terms: open, grant: reply.grant };
          case 'LIMIT':
            throw new NotIssued('PER_USER_LIMIT_REACHED');
          case 'SOLD_OUT':
            if (await isCurrent(open)) throw new NotIssued('SOLD_OUT');
            break;
          case 'AWAY':
            return { request, terms: open, grant: { couponId: newId(), sequence: null, generation: null } };
          case 'INCOMPLETE':
            await rebuild(eventId);
            break;
          case 'FENCED':
            await (reply.generation > open.generation ? terms.reload(eventId) : rebuild(eventId));
        }
      }
      throw new ServiceUnavailable('The event is being prepared. Try again shortly.');
    },
  };
}
