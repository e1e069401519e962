import { staleArtifacts, writeArtifacts } from '../artifacts.ts';
import { CannotRun, defineCommand } from '../command.ts';
import { compose } from '../composition/compose.ts';
import { reference as referenceOf } from '../reference/reference.ts';
import { readSubgraphs } from '../repository.ts';

export const reference = defineCommand({
  name: 'reference',
  summary: 'Writes the reference for people from the descriptions in schema/subgraphs, without a build.',
  usage: '[--check] [--out <file>]',
  details: `Where it goes is told by \`reference\` in schema/shop-schema.json; "--out -" writes it to the terminal. "shop-schema print" writes it
too, and "shop-schema check" fails when it is not what the subgraphs say.`,
  options: {
    out: { type: 'string', value: '<file>', description: 'writes it there, from the root of the repository' },
    check: { type: 'boolean', description: 'writes nothing, and fails when it is not what the subgraphs say' },
  },
  async run({ repository: open, values, out }) {
    const repository = await open();
    const { tree, settings } = repository;
    const file = values.out ?? settings.reference;
    if (file === null)
      throw new CannotRun('Say where to write it: --out <file>, or `reference` in schema/shop-schema.json.');
    const subgraphs = await readSubgraphs(tree, settings);
    const text = referenceOf(compose(subgraphs).apiSchema, subgraphs);
    if (file === '-') {
      out(text);
      return 0;
    }
    const artifacts = new Map([[file, text]]);
    if (values.check) {
      const stale = await staleArtifacts(repository, artifacts);
      out(
        stale.length === 0
          ? `${file} is what the subgraphs say.\n`
          : `${file} is not what the subgraphs say; run "npm run schema".\n`,
      );
      return stale.length === 0 ? 0 : 1;
    }
    const changed = await writeArtifacts(repository, artifacts);
    out(changed.length === 0 ? `${file} is what the subgraphs say; nothing to write.\n` : `wrote ${file}\n`);
    return 0;
  },
});
