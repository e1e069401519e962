import { relative, resolve } from 'node:path';
import { CannotRun, defineCommand } from '../command.ts';
import { type HistoryEntry, readHistory } from '../registry/history.ts';
import { FOLDER_FLAG, publisherIn } from '../registry/publisher.ts';
import { rollBack } from '../registry/registry.ts';

export const rollback = defineCommand({
  name: 'rollback',
  summary: 'Makes a supergraph that was published before the latest again.',
  usage: '<hash> | --list [flags]',
  takesArguments: true,
  details: `
Gateways take it as they take any other; whatever is in the repository stays as it is, and the next publish goes on from
there. A few characters of the hash are enough to tell it.`,
  options: {
    in: FOLDER_FLAG,
    list: {
      type: 'boolean',
      default: false,
      description: 'shows what was published when, by whom; the last is the latest',
    },
  },
  async run({ values, positionals, cwd, env, out, repository: open }) {
    const { root, settings } = await open();
    const dir = resolve(values.in ? cwd : root, values.in ?? settings.registry);
    const where = relative(cwd, dir) || dir;
    if (values.list) {
      const history = await readHistory(dir);
      if (history.length === 0) throw new CannotRun(`Nothing was published to ${where}: run "shop-schema publish".`);
      out(history.map(lineOf).join(''));
      return 0;
    }
    const [prefix, ...others] = positionals;
    if (prefix === undefined || others.length > 0)
      throw new CannotRun('Say which: "shop-schema rollback <hash>"; --list shows them.');
    out(`${await rollBack(dir, prefix, await publisherIn(root, env))} is the latest in ${where} again.\n`);
    return 0;
  },
});

function lineOf({ at, action, hash, by, commit }: HistoryEntry): string {
  return `${at} ${action.padEnd(8)} ${hash} by ${by}${commit ? ` from ${commit}` : ''}\n`;
}
