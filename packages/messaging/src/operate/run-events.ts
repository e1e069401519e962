import { ConfigError, createLogger, loadConfig, reasonOf } from '@shop/service-kit';
import { type Bus, connectBus } from '../bus.ts';
import { openDatabaseSession } from '../database-session.ts';
import { usage, type Wish, wishOf } from './command-line.ts';
import { deadLetters, type LetterFilter, redrive, type StoredLetter } from './dead-letters.ts';
import { printLetters } from './print-letters.ts';
import { type Republished, type RepublishOptions, republish } from './republish.ts';
import { type EventsSettings, eventsSettings } from './settings.ts';
import { UsageError } from './usage-error.ts';

const CONNECT_WITHIN_MS = 10_000;
// Holds no lock, and may have to wait for a stream.
const IDLE_SECONDS = 300;
const PROGRESS_EVERY_MS = 1_000;

const print = (line: string): void => void process.stdout.write(`${line}\n`);
/** What is no result does not go where results are piped to. */
const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** Runs the operator's command and returns its exit code: 0 done, 1 something is left to do, 2 it cannot be meant so. */
export async function runEvents(args: readonly string[]): Promise<number> {
  try {
    const wish = wishOf(args);
    if (wish.name === 'help') {
      process.stdout.write(usage);
      return 0;
    }
    return await fulfil(wish, loadConfig(eventsSettings));
  } catch (error) {
    say(`events: ${reasonOf(error)}`);
    if (error instanceof UsageError) say('`events --help` tells what there is.');
    return error instanceof UsageError || error instanceof ConfigError ? 2 : 1;
  }
}

async function fulfil(wish: Exclude<Wish, { name: 'help' }>, settings: EventsSettings): Promise<number> {
  if (wish.name === 'republish') return republishAll(wish.options, settings);
  return withBus(settings, async (bus) => {
    if (wish.name === 'redrive') return redriveAll(bus, wish.filter);
    const letters: StoredLetter[] = [];
    for await (const letter of deadLetters(bus, wish.filter)) letters.push(letter);
    if (wish.name === 'show' && letters.length === 0) {
      throw new Error(
        `There is no dead letter ${wish.filter.ids.join(', ')}: \`deadletters list\` shows those there are.`,
      );
    }
    printLetters(letters, wish.name === 'show' ? 'whole' : wish.json ? 'json' : 'table');
    return 0;
  });
}

async function withBus<T>({ NATS_URL: url }: EventsSettings, work: (bus: Bus) => Promise<T>): Promise<T> {
  const log = createLogger('events', { level: 'silent' });
  const signal = AbortSignal.timeout(CONNECT_WITHIN_MS);
  const bus = await connectBus({ url, name: 'events', log, signal }).catch((cause: unknown) => {
    throw new Error(`NATS does not answer at ${hostOf(url)}: see that it runs and that NATS_URL is right.`, { cause });
  });
  try {
    return await work(bus);
  } finally {
    await bus.close();
  }
}

async function republishAll(options: RepublishOptions, settings: EventsSettings): Promise<number> {
  const urls = settings.OUTBOX_DATABASE_URLS;
  if (urls.length === 0)
    throw new UsageError('OUTBOX_DATABASE_URLS is missing: the databases whose events are wanted.');
  return withBus(settings, async (bus) => {
    for (const url of urls) await republishOne(bus, url, options);
    return 0;
  });
}

async function republishOne(bus: Bus, url: string, options: RepublishOptions): Promise<void> {
  const name = databaseOf(url);
  const session = await openDatabaseSession(url, { idleSeconds: IDLE_SECONDS }).catch((error: unknown) => {
    throw new Error(
      `${name}: MySQL cannot be reached at ${hostOf(url)} (${reasonOf(error)}): see OUTBOX_DATABASE_URLS, then run this again.`,
    );
  });
  const progress = nowAndThen((soFar: Republished, at: string) =>
    say(`${name}: ${tally(soFar, options)}, as far as ${at} UTC …`),
  );
  try {
    const done = await republish({ bus, session, progress, say }, options);
    print(`${name}: ${tally(done, options)}`);
  } catch (error) {
    throw new Error(`${name}: ${reasonOf(error)}`, { cause: error });
  } finally {
    session.close();
  }
}

function tally({ found, there, published }: Republished, { dryRun }: RepublishOptions): string {
  return `${found} events, ${there} still in their streams, ${published} ${dryRun ? 'to be published' : 'published again'}`;
}

function nowAndThen<A extends unknown[]>(work: (...args: A) => void): (...args: A) => void {
  let dueAt = performance.now() + PROGRESS_EVERY_MS;
  return (...args) => {
    if (performance.now() < dueAt) return;
    dueAt = performance.now() + PROGRESS_EVERY_MS;
    work(...args);
  };
}

async function redriveAll(bus: Bus, filter: LetterFilter): Promise<number> {
  const counts = { redriven: 0, left: 0 };
  const progress = nowAndThen(() => say(`${counts.redriven} given back …`));
  for await (const stored of deadLetters(bus, filter)) {
    try {
      await redrive(bus, stored);
      counts.redriven++;
    } catch (error) {
      counts.left++;
      say(`events: number ${stored.number} (${stored.eventId ?? 'unreadable'}): ${reasonOf(error)}`);
    }
    progress();
  }
  if (counts.redriven + counts.left === 0 && filter.ids.length > 0) {
    throw new Error(`There is no dead letter ${filter.ids.join(', ')}: \`deadletters list\` shows those there are.`);
  }
  print(`${counts.redriven} given back, ${counts.left} left`);
  return counts.left === 0 ? 0 : 1;
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : '(not a URL)';
}

function databaseOf(url: string): string {
  if (!URL.canParse(url))
    throw new UsageError('OUTBOX_DATABASE_URLS must be mysql://user:password@host:port/database,…');
  return new URL(url).pathname.slice(1);
}
