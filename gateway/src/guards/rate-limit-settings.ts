/** How many in the long run, and how many at once. */
export interface Rate {
  perSecond: number;
  burst: number;
}

/** Which requests are counted; null and what is not named are not. */
export interface RateLimits {
  /** For each who is signed in. */
  viewer: Rate | null;
  /** For each client address, or network of IPv6. */
  ip: Rate | null;
  /** By the field of Mutation: for each viewer, and for each address of those who are not signed in. */
  mutations: ReadonlyMap<string, Rate>;
}

const PER_SECONDS: Record<string, number> = { s: 1, m: 60, h: 3_600 };

/**
 * Reads RATE_LIMITS: `viewer=20/s:50, ip=off, mutation.signUp=30/m:10` lets a viewer make 20 requests a second, 50 of
 * them at once; without `:burst` as many at once as in the time named. Throws a RangeError that says what is wrong.
 */
export function parseRateLimits(text: string): RateLimits {
  const mutations = new Map<string, Rate>();
  const limits: Record<'viewer' | 'ip', Rate | null> = { viewer: null, ip: null };
  for (const entry of text.split(',').flatMap((each) => each.trim() || [])) {
    const [, name = '', value = ''] = /^([\w.]+)\s*=\s*(\S+)$/.exec(entry) ?? [];
    const [, mutation] = /^mutation\.(\w+)$/.exec(name) ?? [];
    if (mutation === undefined && name !== 'viewer' && name !== 'ip') {
      throw new RangeError(`"${entry}" must look like viewer=20/s:50, ip=off or mutation.name=5/m`);
    }
    const rate = value === 'off' ? null : rateOf(value, entry);
    if (name === 'viewer' || name === 'ip') limits[name] = rate;
    else if (mutation !== undefined && rate !== null) mutations.set(mutation, rate);
  }
  return { ...limits, mutations };
}

function rateOf(text: string, entry: string): Rate {
  const [, count, unit = '', burst = count] = /^(\d+)\/([smh])(?::(\d+))?$/.exec(text) ?? [];
  const seconds = PER_SECONDS[unit];
  if (!Number(count) || !Number(burst) || seconds === undefined) {
    throw new RangeError(`"${entry}" needs a rate such as 20/s, 300/m:50 or off`);
  }
  return { perSecond: Number(count) / seconds, burst: Number(burst) };
}
