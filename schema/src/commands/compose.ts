import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CannotRun, defineCommand } from '../command.ts';
import { CompositionError, compose as composeSubgraphs } from '../composition/compose.ts';
import { compositionFailed, compositionHints } from '../composition/composition-report.ts';
import { exitCodeOf, FORMAT_OPTION, formatNamed } from '../report/format.ts';
import type { Report } from '../report/report.ts';
import { readSubgraphs } from '../repository.ts';

const TITLE = 'Composition of the subgraphs in git';

export const compose = defineCommand({
  name: 'compose',
  summary: 'Composes the supergraph from schema/subgraphs, without a build, and says what does not fit.',
  usage: '[--out <file>] [flags]',
  details: 'With "--out -" the supergraph goes to the terminal, and the report does not.',
  options: {
    out: { type: 'string', value: '<file>', description: 'writes the supergraph there' },
    format: FORMAT_OPTION,
  },
  async run({ repository: open, values, cwd, out }) {
    const format = formatNamed(values.format);
    const { tree, settings } = await open();
    const subgraphs = await readSubgraphs(tree, settings);
    const report = (parts: Pick<Report, 'summary' | 'sections'>) => ({ title: TITLE, ...parts });
    try {
      const { supergraphSdl, hints } = composeSubgraphs(subgraphs);
      if (values.out === '-') {
        out(supergraphSdl);
        return 0;
      }
      if (values.out !== undefined) await write(resolve(cwd, values.out), supergraphSdl);
      const summary = `${subgraphs.length} subgraphs compose to a supergraph${values.out ? `, written to ${values.out}` : ''}.`;
      const composed = report({ summary, sections: [compositionHints(hints)] });
      out(format(composed));
      return exitCodeOf(composed);
    } catch (error) {
      if (!(error instanceof CompositionError)) throw error;
      const failed = report({ summary: 'The subgraphs do not compose.', sections: [compositionFailed(error)] });
      out(format(failed));
      return exitCodeOf(failed);
    }
  },
});

async function write(path: string, text: string): Promise<void> {
  await writeFile(path, text).catch((error: Error) => {
    throw new CannotRun(`${path} cannot be written: ${error.message}`);
  });
}
