import { BASE_OPTION, baseOrNone } from '../base/read-base.ts';
import { defineCommand } from '../command.ts';
import { compose } from '../composition/compose.ts';
import { compositionHints } from '../composition/composition-report.ts';
import { operationsSections } from '../operations/operations-report.ts';
import { readOperations } from '../registered-operations.ts';
import { exitCodeOf, FORMAT_OPTION, formatNamed } from '../report/format.ts';
import { hasErrors, type Report } from '../report/report.ts';
import { readSubgraphs } from '../repository.ts';

export const operations = defineCommand({
  name: 'operations',
  summary: 'Says which registered operations can be run, and how many fetches and hops each takes, now and at a base.',
  usage: '[--base <base>] [flags]',
  details: `A rise is reported ("checkout.graphql: 3 hops → 5") and fails nothing; an operation that cannot be run fails. Plans are those
of the planner that the gateway asks first.`,
  options: { base: BASE_OPTION, format: FORMAT_OPTION },
  async run({ repository: open, values, cwd, out }) {
    const format = formatNamed(values.format);
    const repository = await open();
    const { tree, settings } = repository;
    const base = await baseOrNone(repository, cwd, values.base);
    const registered = await readOperations(tree, settings);
    const { apiSchema: api, supergraphSdl, hints } = compose(await readSubgraphs(tree, settings));
    const sections = [
      ...(await operationsSections({ operations: registered, api, supergraphSdl, base, isWhole: true })),
      compositionHints(hints),
    ];
    const report: Report = { title: 'Registered operations', summary: '', sections };
    const summary = hasErrors(report) ? 'Some operations cannot be run.' : 'Every registered operation can be run.';
    out(format({ ...report, summary }));
    return exitCodeOf(report);
  },
});
