import { BlockList, isIP } from 'node:net';
import { z } from 'zod';

/** The environment does not describe a process that can run; the message lists every problem. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const number = (text: string) => (text.trim() === '' ? Number.NaN : Number(text));

/** False for what is neither an address nor a network. */
function addNetwork(networks: BlockList, entry: string): boolean {
  const [, address = '', prefix] = /^([^/]+)(?:\/(\d+))?$/.exec(entry) ?? [];
  const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  if (Number(prefix ?? 0) > bits) return false;
  networks.addSubnet(address, Number(prefix ?? bits), bits === 32 ? 'ipv4' : 'ipv6');
  return true;
}

/** Each node's address; a text without a URL's beginning comes out as no address. */
function redisAddresses(text: string): string[] {
  const scheme = /^rediss?(-cluster)?:\/\//.exec(text);
  if (scheme === null) return [''];
  const nodes = text.slice(scheme[0].length);
  return (scheme[1] === undefined ? [nodes] : nodes.split(',')).map((node) => node && `redis://${node}`);
}

/** Pieces of a process's environment: each reads a string and says in words what it wants. */
export const setting = {
  /** A whole number within bounds. */
  integer: (fallback: number, { min = 0, max = Number.MAX_SAFE_INTEGER } = {}) =>
    z
      .string()
      .default(String(fallback))
      .transform(number)
      .pipe(z.number({ error: 'must be a whole number' }).int().min(min).max(max)),
  /** A TCP port; 0 lets the system choose. */
  port: (fallback: number) => setting.integer(fallback, { min: 0, max: 65_535 }),
  /** `true` or `false`. */
  flag: (fallback: boolean) =>
    z
      .enum(['true', 'false'], { error: 'must be true or false' })
      .default(fallback ? 'true' : 'false')
      .transform((text) => text === 'true'),
  /** An address with one of the given protocols (without the colon). */
  url: (...protocols: string[]) =>
    z
      .string({ error: 'is missing' })
      .refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol.slice(0, -1)), {
        error: `must be a URL starting with ${protocols.map((protocol) => `${protocol}://`).join(' or ')}`,
      }),
  /** Addresses of one of the given protocols, separated by commas; none when it is absent. */
  urls: (...protocols: string[]) =>
    z
      .string()
      .default('')
      .transform((text) => text.split(',').flatMap((each) => each.trim() || []))
      .pipe(z.array(setting.url(...protocols))),
  /** Addresses and networks (`10.0.0.0/8`), separated by commas; none when it is absent. */
  networks: () =>
    z
      .string()
      .default('')
      .transform((text, context) => {
        const networks = new BlockList();
        for (const entry of text.split(',').flatMap((each) => each.trim() || [])) {
          if (!addNetwork(networks, entry))
            context.addIssue({
              code: 'custom',
              message: `must be addresses or networks like 10.0.0.0/8, not "${entry}"`,
            });
        }
        return networks;
      }),
  /** A Redis, or a cluster by the addresses of some of its nodes. */
  redis: () =>
    z.string({ error: 'is missing' }).refine((text) => redisAddresses(text).every((each) => URL.canParse(each)), {
      error: 'must be redis://host:port or redis-cluster://host:port,host:port, with rediss for TLS',
    }),
  /** A secret has no default: whoever starts the process must bring it. */
  secret: (minLength: number) =>
    z.string({ error: 'is missing' }).min(minLength, { error: `must have at least ${minLength} characters` }),
  text: (fallback: string) => z.string().min(1).default(fallback),
  logLevel: () => z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
};

/** What every process that listens reads. */
export const listening = (port: number) => ({
  HOST: setting.text('127.0.0.1'),
  PORT: setting.port(port),
  LOG_LEVEL: setting.logLevel(),
});

/**
 * Reads a process's settings once. An empty variable counts as absent. Throws ConfigError with all problems at once;
 * the result is frozen.
 */
export function loadConfig<T>(
  schema: z.ZodType<T>,
  env: Record<string, string | undefined> = process.env,
): Readonly<T> {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const result = schema.safeParse(present);
  if (result.success) return Object.freeze(result.data);
  const problems = result.error.issues.map((issue) => `  ${issue.path.join('.') || '(settings)'} ${issue.message}`);
  throw new ConfigError(
    `The environment is not complete:\n${problems.join('\n')}\nSee .env.example for every setting and what it means.`,
  );
}
