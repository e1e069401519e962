import { writeArtifacts } from '../artifacts.ts';
import { defineCommand } from '../command.ts';
import { compose } from '../composition/compose.ts';
import { allArtifacts } from '../generated.ts';
import { printSubgraphs } from '../print-subgraphs.ts';

export const print = defineCommand({
  name: 'print',
  summary: 'Writes what is in schema/ from the built subgraphs: SDL, supergraph, API, reference, typed operations.',
  usage: '',
  options: {},
  async run({ repository: open, out }) {
    const repository = await open();
    const subgraphs = await printSubgraphs(repository);
    const composition = compose(subgraphs);
    for (const { code, message } of composition.hints) out(`hint: ${message} [${code}]\n`);
    const changed = await writeArtifacts(repository, await allArtifacts(repository, subgraphs, composition));
    for (const path of changed) out(`wrote ${path}\n`);
    if (changed.length === 0) out('The schema in git is what the code says; nothing to write.\n');
    return 0;
  },
});
