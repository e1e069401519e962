import { artifactsOf, staleArtifacts } from '../artifacts.ts';
import { defineCommand } from '../command.ts';
import { compose } from '../composition/compose.ts';
import { printSubgraphs } from '../print-subgraphs.ts';
import { exitCodeOf, FORMAT_OPTION, formatNamed } from '../report/format.ts';
import type { Finding, Report } from '../report/report.ts';

export const check = defineCommand({
  name: 'check',
  summary: 'Fails when what is in schema/ is not what the code says, or does not compose.',
  usage: '[flags]',
  options: { format: FORMAT_OPTION },
  async run({ repository: open, values, out }) {
    const format = formatNamed(values.format);
    const repository = await open();
    const subgraphs = await printSubgraphs(repository);
    const stale = await staleArtifacts(repository, artifactsOf(subgraphs, compose(subgraphs)));
    const report: Report = {
      title: 'Schema check',
      summary:
        stale.length === 0
          ? 'The schema in git is what the code says, and it composes.'
          : 'Run "npm run schema" and commit the difference.',
      sections: [{ title: 'Drift', findings: stale.map(drifted) }],
    };
    out(format(report));
    return exitCodeOf(report);
  },
});

function drifted(file: string): Finding {
  return { level: 'error', rule: 'drift', message: `${file} is not what the code says.`, place: { file } };
}
