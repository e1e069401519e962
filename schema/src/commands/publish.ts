import { relative, resolve } from 'node:path';
import { defineCommand } from '../command.ts';
import { compose } from '../composition/compose.ts';
import { FOLDER_FLAG, publisherIn } from '../registry/publisher.ts';
import { publish as publishTo } from '../registry/registry.ts';
import { readSubgraphs } from '../repository.ts';

export const publish = defineCommand({
  name: 'publish',
  summary: 'Composes schema/subgraphs and makes the supergraph the latest, which gateways then take.',
  usage: '[flags]',
  details: `
Writes <sha256>.graphql, which never changes again, and who published it when and from which commit (history.jsonl);
latest.graphql is a copy for those who serve the folder as plain files. Gateways poll what "shop-schema serve" offers
(SUPERGRAPH_URL=http://127.0.0.1:4900/latest). What does not compose is not published.`,
  options: { to: FOLDER_FLAG },
  async run({ values, cwd, env, out, repository: open }) {
    const { root, settings, tree } = await open();
    const { supergraphSdl } = compose(await readSubgraphs(tree, settings));
    const dir = resolve(values.to ? cwd : root, values.to ?? settings.registry);
    const { hash, isNew } = await publishTo(dir, supergraphSdl, await publisherIn(root, env));
    const where = relative(cwd, dir) || dir;
    out(isNew ? `${hash} is the latest in ${where}.\n` : `${hash} was the latest in ${where} before; nothing to do.\n`);
    return 0;
  },
});
