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

/** Takes what a request costs from the bucket of its user and from that of all who share its address; throws RateLimited. */
export function createAdmission({ redis, rate, rateByNetwork = null, metrics }: AdmissionOptions) {
  const byUser = createTokenBucket({ name: 'issueCoupon', redis, ...rate, metrics });
  const byNetwork =
    rateByNetwork && createTokenBucket({ name: 'issueCoupon by network', redis, ...rateByNetwork, metrics });

  return async function admit(userId: string, clientAddress: string | undefined): Promise<void> {
    // One after the other: whoever is refused as a user takes nothing from their neighbours.
    const asUser = await byUser.take(`issueCoupon:user:${userId}`);
    if (!asUser.allowed) throw new RateLimited(asUser.retryAfterMs);
    if (byNetwork === null || clientAddress === undefined) return;
    const asNeighbour = await byNetwork.take(`issueCoupon:network:${networkOf(clientAddress)}`);
    if (!asNeighbour.allowed) throw new RateLimited(asNeighbour.retryAfterMs);
  };
}
