import { parseArgs } from 'node:util';
import { CannotRun, type Command, type Option, type Terminal } from './command.ts';
import { check } from './commands/check.ts';
import { compose } from './commands/compose.ts';
import { diff } from './commands/diff.ts';
import { lint } from './commands/lint.ts';
import { operations } from './commands/operations.ts';
import { print } from './commands/print.ts';
import { publish } from './commands/publish.ts';
import { reference } from './commands/reference.ts';
import { rollback } from './commands/rollback.ts';
import { serve } from './commands/serve.ts';
import { usage } from './commands/usage.ts';
import { CompositionError } from './composition/compose.ts';
import { openRepository } from './repository.ts';

const COMMANDS: readonly Command[] = [
  print,
  compose,
  check,
  diff,
  lint,
  operations,
  reference,
  usage,
  publish,
  rollback,
  serve,
];

const EXIT_CODES = `Exit code: 0 nothing breaks, 1 something was found (breaking change, lint, drift, composition), 2 cannot run.
`;

const HELP_FLAG: Option = { type: 'boolean', short: 'h', description: 'says this' };

/** Runs one command line and returns the exit code of the process; what is wrong with it is said on `terminal.err`. */
export async function run(argv: readonly string[], terminal: Terminal): Promise<0 | 1 | 2> {
  const [name, ...args] = argv;
  if (name === '--help' || name === '-h' || name === 'help') {
    terminal.out(helpForAll());
    return 0;
  }
  const command = COMMANDS.find((one) => one.name === name);
  if (!command) {
    const wrong = name === undefined ? 'Which command?' : `There is no command ${JSON.stringify(name)}.`;
    terminal.err(`${wrong} There are: ${COMMANDS.map((one) => one.name).join(', ')}; see shop-schema --help.\n`);
    return 2;
  }
  try {
    const { values, positionals } = parse(command, args);
    if (values.help) {
      terminal.out(helpFor(command));
      return 0;
    }
    return await command.run({ ...terminal, values, positionals, repository: () => openRepository(terminal.cwd) });
  } catch (error) {
    if (error instanceof CannotRun) {
      terminal.err(`shop-schema ${command.name}: ${error.message}\n`);
      return 2;
    }
    if (isOfSystem(error)) {
      terminal.err(`shop-schema ${command.name}: ${error.message}\n`);
      return 2;
    }
    if (error instanceof CompositionError) {
      terminal.err(`${error.message}\n`);
      return 1;
    }
    terminal.err(
      `shop-schema ${command.name} failed; this is a mistake of its own: ${String((error as Error).stack)}\n`,
    );
    return 2;
  }
}

/** A disk that is full, a folder that is a file, what may not be read: nothing this program did wrong. */
function isOfSystem(error: unknown): error is NodeJS.ErrnoException {
  return typeof error === 'object' && error !== null && 'syscall' in error && 'errno' in error;
}

function parse(command: Command, args: string[]): { values: Record<string, unknown>; positionals: string[] } {
  const options = Object.fromEntries(
    Object.entries({ ...command.options, help: HELP_FLAG }).map(
      ([flag, { type, multiple, short, default: preset }]) => [
        flag,
        {
          type,
          ...(multiple && { multiple }),
          ...(short && { short }),
          ...(preset !== undefined && { default: preset }),
        },
      ],
    ),
  );
  try {
    return parseArgs({ args, options, allowPositionals: command.takesArguments ?? false });
  } catch (error) {
    const [sentence] = (error as Error).message.split(/(?<=\.)\s/);
    throw new CannotRun(`${sentence} See shop-schema ${command.name} --help.`);
  }
}

function helpForAll(): string {
  const rows = COMMANDS.map(({ name, summary }) => `  ${name.padEnd(12)}${summary}\n`);
  return `usage: shop-schema <command> [flags]\n\n${rows.join('')}\nshop-schema <command> --help says more of each. All work on the repository of the current directory.\n${EXIT_CODES}`;
}

function helpFor({ name, usage, summary, details, options }: Command): string {
  const rows = Object.entries({ ...options, help: HELP_FLAG }).map(([flag, option]) => {
    const left = `--${flag}${option.value ? ` ${option.value}` : ''}${option.short ? `, -${option.short}` : ''}`;
    const preset = option.default === undefined || option.default === false ? '' : ` (${option.default})`;
    return `  ${left.padEnd(32)} ${option.description}${preset}\n`;
  });
  const more = details ? `${details.trim()}\n\n` : '';
  return `usage: shop-schema ${name} ${usage}\n\n${summary}\n\n${more}Flags:\n${rows.join('')}\n${EXIT_CODES}`;
}
