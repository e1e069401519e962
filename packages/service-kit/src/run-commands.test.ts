import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { runCommands } from './run-commands.ts';

const commands = {
  serve: { describe: 'serves', run: async () => {} },
  'create-admin': { describe: 'makes an ADMIN: --email <address>', run: async () => Promise.reject(new Error('why')) },
};

let said = '';
beforeEach(() => {
  said = '';
  const hear = (chunk: unknown) => {
    said += String(chunk);
    return true;
  };
  jest.spyOn(process.stdout, 'write').mockImplementation(hear);
  jest.spyOn(process.stderr, 'write').mockImplementation(hear);
});
afterEach(() => {
  jest.restoreAllMocks();
  process.exitCode = undefined;
});

it('lists the commands', async () => {
  await runCommands('user', commands, ['--help']);
  expect([said, process.exitCode]).toEqual([expect.stringMatching(/serve +serves\n.*create-admin +makes/), undefined]);
});

it('tells what a command takes, and does not run it', async () => {
  await runCommands('user', commands, ['create-admin', '--help']);
  expect([said, process.exitCode]).toEqual([expect.stringContaining('makes an ADMIN: --email <address>'), undefined]);
});

it('ends with 1 and the reason when a command fails', async () => {
  await runCommands('user', commands, ['create-admin']);
  expect([said, process.exitCode]).toEqual(['user create-admin: why\n', 1]);
});

it('ends with 2 and the list when there is no such command', async () => {
  await runCommands('user', commands, ['craete-admin']);
  expect([said, process.exitCode]).toEqual([expect.stringMatching(/^There is no command "craete-admin"/), 2]);
});
