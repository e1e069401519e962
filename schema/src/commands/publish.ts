import { relative, resolve } from 'node:path';
import { defineCommand } from '../command.ts';
import { compose } from '../composition/compose.ts';
import { FOLDER_FLAG, publisherIn } from '../registry/publisher.ts';
import { publish as publishTo } from '../registry/registry.ts';
import { FORMAT_OPTION } from '../report/format.ts';
import { readSubgraphs } from '../repository.ts';
import { USAGE_FILE_OPTION } from '../usage/read-usage.ts';
import { USAGE_LIMITS } from '../usage/usage-limits.ts';
import { diff } from './diff.ts';

export const publish = defineCommand({
  name: 'publish',
  summary: 'Composes schema/subgraphs and makes the supergraph the latest, which gateways then take.',
  usage: '[flags]',
  details: `
Writes <sha256>.graphql, which never changes again, and who published it when and from which commit (history.jsonl);
latest.graphql is a copy for those who serve the folder as plain files. Gateways poll what "shop-schema serve" offers
(SUPERGRAPH_URL=http://127.0.0.1:4800/latest). What does not compose is not published.`,
  options: {
    to: FOLDER_FLAG,
    'check-against': {
      type: 'string',
      value: '<base>',
      description:
        'publishes nothing that breaks clients of this base, which is what diff takes (a git ref, latest.graphql)',
    },
    usage: USAGE_FILE_OPTION,
    ...USAGE_LIMITS,
    format: FORMAT_OPTION,
  },
  async run(call) {
    const { values, cwd, env, out, err, repository: open } = call;
    const { root, settings, tree } = await open();
    const { supergraphSdl } = compose(await readSubgraphs(tree, settings));
    const base = values['check-against'];
    if (base !== undefined && (await diff.run({ ...call, values: { ...values, base } })) !== 0) {
      err('Nothing was published.\n');
      return 1;
    }
    const dir = resolve(values.to ? cwd : root, values.to ?? settings.registry);
    const { hash, isNew } = await publishTo(dir, supergraphSdl, await publisherIn(root, env));
    const where = relative(cwd, dir) || dir;
    out(isNew ? `${hash} is the latest in ${where}.\n` : `${hash} was the latest in ${where} before; nothing to do.\n`);
    return 0;
  },
});
