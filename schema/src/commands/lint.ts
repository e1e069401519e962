import { BASE_OPTION, baseOrNone } from '../base/read-base.ts';
import { defineCommand } from '../command.ts';
import { compose } from '../composition/compose.ts';
import { lint as lintSchema, RULES } from '../lint/lint.ts';
import { exitCodeOf, FORMAT_OPTION, formatNamed } from '../report/format.ts';
import type { Report } from '../report/report.ts';
import { readSubgraphs } from '../repository.ts';

export const lint = defineCommand({
  name: 'lint',
  summary: 'Looks for what is badly made in the subgraphs: names, descriptions, pages, mutations, event streams.',
  usage: '[--base <base>] [flags]',
  details: `Rules (exceptions with a reason go into lint.allow of schema/shop-schema.json):
${RULES.map(({ name, summary }) => `  ${name.padEnd(16)} ${summary}`).join('\n')}`,
  options: { base: BASE_OPTION, format: FORMAT_OPTION },
  async run({ repository: open, values, cwd, out, today }) {
    const format = formatNamed(values.format);
    const repository = await open();
    const { tree, settings } = repository;
    const base = await baseOrNone(repository, cwd, values.base);
    const subgraphs = await readSubgraphs(tree, settings);
    const findings = lintSchema({
      subgraphs,
      api: compose(subgraphs).apiSchema,
      base: base?.apiSchema ?? null,
      settings: settings.lint,
      today: today(),
    });
    const errors = findings.filter(({ level }) => level === 'error').length;
    const report: Report = {
      title: 'Schema lint',
      summary: errors === 0 ? 'Nothing breaks a rule.' : `${errors} of ${findings.length} findings break a rule.`,
      sections: [{ title: 'Lint', findings }],
    };
    out(format(report));
    return exitCodeOf(report);
  },
});
