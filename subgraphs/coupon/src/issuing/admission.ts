import { RateLimited } from '@shop/kernel';
import { createTokenBucket, type RedisConnection } from '@shop/redis';
import { type Metrics, networkOf } from '@shop/service-kit';

export interface Rate {
  perSecond: number;
  burst: number;
}

export interface AdmissionOptions {
  redis: RedisConnection;
  rate: Rate;
  rateByNetwork?: Rate | null;
  metrics: Metrics;
}

/** A request at the door: let in, or sent away for it turned out to cost nothing. One of the two is to be called. */
export interface Admission {
  /** Takes what the request costs from the buckets of its user and of all who share its address; throws RateLimited. */
  admit(clientAddress: string | undefined): Promise<void>;
  /** The request costs nothing: whatever the buckets say, they are as they were. */
  waive(): void;
}

/** Begins the admission of a user's request: their token is asked for by the time this returns. Never throws. */
export function createAdmission({ redis, rate, rateByNetwork = null, metrics }: AdmissionOptions) {
  const byUser = createTokenBucket({ name: 'issueCoupon', redis, ...rate, metrics });
  const byNetwork =
    rateByNetwork && createTokenBucket({ name: 'issueCoupon by network', redis, ...rateByNetwork, metrics });

  return function beginAdmission(userId: string): Admission {
    const reserved = byUser.reserve(`issueCoupon:user:${userId}`);
    return {
      async admit(clientAddress) {
        // One after the other: whoever is refused as a user takes nothing from their neighbours.
        const asUser = (await reserved).claim();
        if (!asUser.allowed) throw new RateLimited(asUser.retryAfterMs);
        if (byNetwork === null || clientAddress === undefined) return;
        const asNeighbour = await byNetwork.take(`issueCoupon:network:${networkOf(clientAddress)}`);
        if (!asNeighbour.allowed) throw new RateLimited(asNeighbour.retryAfterMs);
      },
      waive: () => void reserved.then((tokens) => tokens.giveBack()),
    };
  };
}
