import { isDeepStrictEqual } from 'node:util';
import { staleArtifacts } from '../artifacts.ts';
import type { Base } from '../base/base.ts';
import { BASE_OPTION, baseOrNone } from '../base/read-base.ts';
import { readApprovals } from '../changes/approvals.ts';
import { compare } from '../changes/compare.ts';
import { defineCommand } from '../command.ts';
import { type Composition, CompositionError, compose } from '../composition/compose.ts';
import { compositionFailed, compositionHints } from '../composition/composition-report.ts';
import { allArtifacts } from '../generated.ts';
import { lint } from '../lint/lint.ts';
import { operationsSections } from '../operations/operations-report.ts';
import { printSubgraphs } from '../print-subgraphs.ts';
import { readOperations } from '../registered-operations.ts';
import { exitCodeOf, FORMAT_OPTION, formatNamed } from '../report/format.ts';
import { type Finding, hasErrors, type Report, type Section } from '../report/report.ts';
import { type Repository, readSubgraphs, type Subgraph } from '../repository.ts';
import { readUsage, USAGE_FILE_OPTION } from '../usage/read-usage.ts';
import { USAGE_LIMITS, usageLimits } from '../usage/usage-limits.ts';

export const check = defineCommand({
  name: 'check',
  summary:
    'Fails on drift from the code, composition errors, lint, operations that cannot be run, and breaking changes.',
  usage: '[--base <base>] [flags]',
  details: `What CI runs. The subgraphs have to be built, unless they have no program in schema/shop-schema.json. Where there is no base to
be found, nothing is compared, and it says so.`,
  options: { base: BASE_OPTION, usage: USAGE_FILE_OPTION, ...USAGE_LIMITS, format: FORMAT_OPTION },
  async run({ repository: open, values, cwd, out, today: day }) {
    const format = formatNamed(values.format);
    const limits = usageLimits(values);
    const repository = await open();
    const { tree, settings } = repository;
    const today = day();
    const usage = await readUsage(repository, cwd, values.usage, limits);
    const approvals = await readApprovals(tree, settings);
    const operations = await readOperations(tree, settings);
    const printing = printSubgraphs(repository);
    // It is waited for below; until then a failure of it is nobody's.
    printing.catch(() => {});
    const base = await baseOrNone(repository, cwd, values.base);
    const sectionsFor = async (subgraphs: readonly Subgraph[]): Promise<Section[]> => {
      const composed = composedOf(subgraphs);
      if (composed instanceof CompositionError) return [compositionFailed(composed)];
      return [
        await drift(repository, subgraphs, composed),
        compositionHints(composed.hints),
        linted(repository, subgraphs, composed, base, today),
        ...(await operationsSections({ ...composed, operations, api: composed.apiSchema, base, isWhole: false })),
        ...(base
          ? compare(
              base,
              { ...composed, subgraphs, operations },
              { usage, approvals, today, approvalsFile: settings.approvedChanges },
            )
          : [NOT_COMPARED]),
      ];
    };
    const sections = await whilePrinting({ printing, kept: readSubgraphs(tree, settings), look: sectionsFor });
    const report: Report = { title: `Schema check${base ? ` against ${base.label}` : ''}`, summary: '', sections };
    out(format({ ...report, summary: verdict(report, base) }));
    return exitCodeOf(report);
  },
});

/**
 * What is to be said of the subgraphs as they are printed. Programs take seconds, and most often they print what is in
 * git: that is looked at meanwhile, and what is printed only where it differs.
 */
async function whilePrinting<Seen>(work: {
  printing: Promise<Subgraph[]>;
  kept: Promise<Subgraph[]>;
  look(subgraphs: readonly Subgraph[]): Promise<Seen>;
}): Promise<Seen> {
  const { printing, kept, look } = work;
  const expectation = kept.then(async (subgraphs) => ({ subgraphs, seen: await look(subgraphs) }));
  const [expected, printed] = await Promise.allSettled([expectation, printing]);
  if (printed.status === 'rejected') throw printed.reason;
  const isAsExpected = expected.status === 'fulfilled' && isDeepStrictEqual(expected.value.subgraphs, printed.value);
  return isAsExpected ? expected.value.seen : look(printed.value);
}

const NOT_COMPARED: Section = {
  title: 'Breaking changes',
  summary:
    'not looked for: git knows no branch main or master that this one left, or there was no schema there yet. Name a base with --base; in CI, check out the whole history.',
  findings: [],
};

function composedOf(subgraphs: readonly Subgraph[]): Composition | CompositionError {
  try {
    return compose(subgraphs);
  } catch (error) {
    if (error instanceof CompositionError) return error;
    throw error;
  }
}

async function drift(
  repository: Repository,
  subgraphs: readonly Subgraph[],
  composition: Composition,
): Promise<Section> {
  const stale = await staleArtifacts(repository, await allArtifacts(repository, subgraphs, composition));
  const summary =
    stale.length === 0 ? 'what is in git is what the code says.' : 'run "npm run schema" and commit the difference.';
  return { title: 'Drift', summary, findings: stale.map(drifted) };
}

function drifted(file: string): Finding {
  return { level: 'error', rule: 'drift', message: `${file} is not what the code says.`, place: { file } };
}

function linted(
  { settings }: Repository,
  subgraphs: readonly Subgraph[],
  { apiSchema }: Composition,
  base: Base | null,
  today: string,
): Section {
  const findings = lint({
    subgraphs,
    api: apiSchema,
    base: base?.apiSchema ?? null,
    settings: settings.lint,
    today,
  });
  return {
    title: 'Lint',
    summary:
      findings.length === 0
        ? 'nothing breaks a rule.'
        : `${findings.length} finding${findings.length === 1 ? '' : 's'}.`,
    findings,
  };
}

function verdict(report: Report, base: Base | null): string {
  const failed = report.sections.filter((section) => hasErrors({ ...report, sections: [section] }));
  if (failed.length > 0) return `Failed: ${failed.map(({ title }) => title.toLowerCase()).join(', ')}.`;
  return base ? 'Nothing is wrong, and nothing breaks.' : 'Nothing is wrong; breaking changes were not looked for.';
}
