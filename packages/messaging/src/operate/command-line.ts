import { parseArgs } from 'node:util';
import type { LetterFilter } from './dead-letters.ts';
import { momentOf } from './moment.ts';
import type { RepublishOptions } from './republish.ts';
import { UsageError } from './usage-error.ts';

/** What an operator asked for. */
export type Wish =
  | { name: 'help' }
  | { name: 'republish'; options: RepublishOptions }
  | { name: 'list'; filter: LetterFilter; json: boolean }
  | { name: 'show'; filter: LetterFilter }
  | { name: 'redrive'; filter: LetterFilter };

/** What `events --help` prints. */
export const usage = `usage: events <command> [flags]

  republish --since <time> [--until <time>] [--stream <name>] [--dry-run] [--force]
      Publishes events again that their streams no longer have, from the archives of the outboxes, in order. What is still
      there is passed over (--force: is not). Run it again whenever it was interrupted.
  deadletters list [--stream <name>] [--json]
      Lists the events that consumers gave up on, and why.
  deadletters show --id <id> [--stream <name>]
      Prints dead letters whole, as JSON.
  deadletters redrive (--id <id>… | --all) [--stream <name>]
      Gives dead letters back to the consumers that gave up on them.

  <time> is 2h (two hours ago; s, m, h, d) or 2026-02-11T10:30:00Z; <id> an event's id or a number from the list.

Settings: NATS_URL; for republish also OUTBOX_DATABASE_URLS (mysql://…,mysql://…).
Ends with 0 when done, 1 when something could not be done, 2 when the command or a setting is wrong.
`;

/** Reads the command line; throws UsageError when it cannot be meant as it stands. */
export function wishOf(args: readonly string[]): Wish {
  const { values, positionals } = parsed(args);
  const command = positionals.join(' ');
  if (values.help || command === 'help') return { name: 'help' };
  const known = commands[command];
  if (known === undefined) {
    throw new UsageError(command === '' ? 'What is to be done?' : `There is no command "${command}".`);
  }
  const stray = Object.keys(values).filter((flag) => !known.flags.includes(flag as keyof Flags));
  if (stray.length > 0) throw new UsageError(`${command} knows no --${stray.join(', --')}.`);
  return known.wish(values);
}

const flags = {
  help: { type: 'boolean', short: 'h' },
  since: { type: 'string' },
  until: { type: 'string' },
  stream: { type: 'string' },
  'dry-run': { type: 'boolean' },
  force: { type: 'boolean' },
  id: { type: 'string', multiple: true },
  all: { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

type Flags = ReturnType<typeof parsed>['values'];

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options: flags });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

const commands: Record<string, { flags: (keyof Flags)[]; wish: (values: Flags) => Wish }> = {
  republish: {
    flags: ['since', 'until', 'stream', 'dry-run', 'force'],
    wish: (values) => ({ name: 'republish', options: republishOptions(values) }),
  },
  'deadletters list': {
    flags: ['stream', 'json'],
    wish: (values) => ({ name: 'list', filter: filterOf(values), json: values.json ?? false }),
  },
  'deadletters show': {
    flags: ['id', 'stream'],
    wish: (values) => {
      if (values.id === undefined) throw new UsageError('Which one? --id takes an event id or a number from the list.');
      return { name: 'show', filter: filterOf(values) };
    },
  },
  'deadletters redrive': {
    flags: ['id', 'all', 'stream'],
    wish: (values) => {
      if ((values.id === undefined) === (values.all === undefined)) {
        throw new UsageError(
          'Which ones? Either --id (an event id or a number from the list, again and again) or --all.',
        );
      }
      return { name: 'redrive', filter: filterOf(values) };
    },
  },
};

function republishOptions({ since, until, stream, force = false, ...values }: Flags): RepublishOptions {
  if (since === undefined) throw new UsageError('Since when? --since takes 2h or 2026-02-11T10:30:00Z.');
  const period = {
    since: momentOf('--since', since),
    until: until === undefined ? new Date() : momentOf('--until', until),
  };
  if (period.since >= period.until) throw new UsageError('--since must be before --until.');
  return { ...period, stream: streamOf(stream), dryRun: values['dry-run'] ?? false, force };
}

function filterOf({ stream, id = [] }: Flags): LetterFilter {
  return { stream: streamOf(stream), ids: id };
}

function streamOf(name: string | undefined): string | null {
  if (name === undefined) return null;
  if (!/^[\w-]+$/.test(name))
    throw new UsageError(`${JSON.stringify(name)} is no name of a stream: it is one like ORDER.`);
  return name;
}
