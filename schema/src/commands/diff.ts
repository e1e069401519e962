import { BASE_OPTION, findBase, readBase } from '../base/read-base.ts';
import { readApprovals } from '../changes/approvals.ts';
import { compare } from '../changes/compare.ts';
import { CannotRun, defineCommand } from '../command.ts';
import { CompositionError, compose } from '../composition/compose.ts';
import { compositionFailed } from '../composition/composition-report.ts';
import { readOperations } from '../registered-operations.ts';
import { exitCodeOf, FORMAT_OPTION, formatNamed } from '../report/format.ts';
import { hasErrors, type Report, type Section } from '../report/report.ts';
import { readSubgraphs } from '../repository.ts';
import { readUsage, USAGE_FILE_OPTION } from '../usage/read-usage.ts';
import { USAGE_LIMITS, usageLimits } from '../usage/usage-limits.ts';

export const diff = defineCommand({
  name: 'diff',
  summary: 'Says what changed since a base, and whether it breaks a client that is known.',
  usage: '[--base <base>] [flags]',
  details: `Compares schema/subgraphs as they are with those of the base; nothing has to be built. A change that breaks is an error only
where a registered operation or recorded traffic uses what it changes; where neither is known, every such change is.`,
  options: { base: BASE_OPTION, usage: USAGE_FILE_OPTION, ...USAGE_LIMITS, format: FORMAT_OPTION },
  async run({ repository: open, values, cwd, out, today }) {
    const format = formatNamed(values.format);
    const limits = usageLimits(values);
    const repository = await open();
    const { tree, settings } = repository;
    const usage = await readUsage(repository, cwd, values.usage, limits);
    const approvals = await readApprovals(tree, settings);
    const named = values.base ?? (await findBase(repository));
    if (named === null) {
      throw new CannotRun(
        'There is no branch main or master to compare with, or it has no commit in common with this one; name a base with --base (in CI, check out the whole history).',
      );
    }
    const base = await readBase(repository, cwd, named);
    const subgraphs = await readSubgraphs(tree, settings);
    const operations = await readOperations(tree, settings);
    const report = (sections: Section[]): Report => ({
      title: `Schema changes since ${base.label}`,
      summary: '',
      sections,
    });
    const sections = composedOr(() => {
      const proposal = { subgraphs, operations, ...compose(subgraphs) };
      return compare(base, proposal, { usage, approvals, approvalsFile: settings.approvedChanges, today: today() });
    });
    const compared = report(sections);
    const summary = hasErrors(compared) ? 'This breaks clients.' : 'Nothing breaks.';
    out(format({ ...compared, summary }));
    return exitCodeOf(compared);
  },
});

function composedOr(sections: () => Section[]): Section[] {
  try {
    return sections();
  } catch (error) {
    if (error instanceof CompositionError) return [compositionFailed(error)];
    throw error;
  }
}
