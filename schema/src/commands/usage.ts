import { writeFile } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { CannotRun, defineCommand } from '../command.ts';
import { dayOf, daysBefore, daysIn } from '../usage/days.ts';
import { recordedUsage, USAGE_KEY } from '../usage/recorded-usage.ts';
import type { Usage } from '../usage/usage.ts';

export const usage = defineCommand({
  name: 'usage',
  summary: 'Writes down what gateways with RECORD_USAGE have seen clients use of the schema.',
  usage: 'export [flags]',
  takesArguments: true,
  details: `
"shop-schema usage export" reads Redis and writes the file that check and diff look into to tell which changes break
clients. Commit it, or have CI export it first. It holds names of operations and clients, and no values.`,
  options: {
    redis: {
      type: 'string',
      value: '<url>',
      description: 'the REDIS_URL of the gateways; without it, REDIS_URL of the environment',
    },
    period: { type: 'string', default: '30d', value: '<30d>', description: 'so many days (d) or weeks (w), up to now' },
    out: { type: 'string', value: '<file>', description: 'where to write it, - for here; else what the settings name' },
  },
  async run({ values, positionals, cwd, env, out, err, repository }) {
    const [what, ...others] = positionals;
    if (what !== 'export' || others.length > 0) throw new CannotRun('Say "shop-schema usage export"; see --help.');
    const url = values.redis ?? env.REDIS_URL;
    if (!url) throw new CannotRun('Which Redis? Say --redis <url>, with the REDIS_URL of the gateways.');
    const days = daysIn(values.period);
    const file = values.out ? resolve(cwd, values.out) : await settled(repository);
    const found = await readFrom(url, days);
    const text = `${JSON.stringify(found, null, 2)}\n`;
    if (values.out === '-') out(text);
    else {
      await writeFile(file, text).catch((error: Error) => {
        throw new CannotRun(`${file} cannot be written: ${error.message}`);
      });
    }
    const told = values.out === '-' ? err : out;
    told(`${summaryOf(found)}${values.out === '-' ? '' : ` Wrote ${relative(cwd, file) || file}.`}\n`);
    return 0;
  },
});

async function settled(repository: () => Promise<{ root: string; settings: { usage: string } }>): Promise<string> {
  const { root, settings } = await repository();
  return resolve(root, settings.usage);
}

async function readFrom(url: string, days: number): Promise<Usage> {
  const { connectRedis, createDailyTallies } = await redisClient();
  const { createLogger } = await import('@shop/service-kit');
  const redis = await connectRedis({ url, log: createLogger('shop-schema', { level: 'silent' }) });
  try {
    const away = redis.ready();
    if (away !== null) throw new CannotRun(`${away}: is ${withoutPassword(url)} the REDIS_URL of the gateways?`);
    // What is written has its own bounds: nothing is written here.
    const tallies = createDailyTallies({ redis, name: USAGE_KEY, keptDays: 1, maxBytesPerDay: 0 });
    const today = dayOf(new Date());
    const wanted = Array.from({ length: days }, (_, i) => daysBefore(today, days - 1 - i));
    const found = await recordedUsage(tallies, wanted);
    if (found) return found;
    throw new CannotRun(
      `Nothing was recorded in ${days} days at ${withoutPassword(url)}: do the gateways run with RECORD_USAGE=true, and has anybody asked them?`,
    );
  } finally {
    await redis.close();
  }
}

/** Loaded only here: all other commands run without a build. */
async function redisClient() {
  try {
    return await import('@shop/redis');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new CannotRun('What reads Redis is not built: run "npm run build" first.');
  }
}

/** Each node of a cluster may have its own. */
function withoutPassword(url: string): string {
  return url.replace(/(\/\/|,)[^/@,]*@/g, '$1');
}

function summaryOf({ operations, recordedFrom, recordedTo }: Usage): string {
  const requests = operations.reduce((sum, operation) => sum + operation.requests, 0);
  const distinct = new Set(operations.map(({ name, hash }) => JSON.stringify([name, hash]))).size;
  const clients = new Set(operations.map(({ client }) => client.name)).size;
  const of = (n: number, one: string) => `${n} ${one}${n === 1 ? '' : 's'}`;
  return `${of(requests, 'request')} of ${of(distinct, 'operation')} by ${of(clients, 'client')}, from ${recordedFrom} to ${recordedTo}.`;
}
