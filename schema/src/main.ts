import { staleArtifacts, writeArtifacts } from './artifacts.ts';
import { artifactsOf, CompositionError, compose } from './compose.ts';
import { printSubgraphs } from './subgraphs.ts';

const USAGE = `usage: shop-schema <command>

  print   writes schema/subgraphs/*.graphql, schema/supergraph.graphql and schema/api.graphql from the built subgraphs
  check   fails when what is committed there is not what the code says, or when the subgraphs do not compose

exit code: 0 nothing wrong, 1 drift or composition errors, 2 cannot run
`;

async function generate() {
  const subgraphs = await printSubgraphs();
  const composition = compose(subgraphs);
  for (const hint of composition.hints) process.stdout.write(`hint: ${hint}\n`);
  return artifactsOf(subgraphs, composition);
}

async function print(): Promise<number> {
  const changed = await writeArtifacts(await generate());
  for (const path of changed) process.stdout.write(`wrote ${path}\n`);
  if (changed.length === 0) process.stdout.write('The schema in git is what the code says; nothing to write.\n');
  return 0;
}

async function check(): Promise<number> {
  const stale = await staleArtifacts(await generate());
  if (stale.length === 0) {
    process.stdout.write('The schema in git is what the code says, and it composes.\n');
    return 0;
  }
  process.stderr.write(
    `Not what the code says: ${stale.join(', ')}.\nRun "npm run schema" and commit the difference.\n`,
  );
  return 1;
}

async function main(command: string | undefined): Promise<number> {
  if (command === 'print') return print();
  if (command === 'check') return check();
  if (command === '--help') {
    process.stdout.write(USAGE);
    return 0;
  }
  process.stderr.write(USAGE);
  return 2;
}

try {
  process.exitCode = await main(process.argv[2]);
} catch (error) {
  const isComposition = error instanceof CompositionError;
  const advice = isComposition ? '' : '\nThe subgraphs must be built: run "npm run build" first.';
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}${advice}\n`);
  process.exitCode = isComposition ? 1 : 2;
}
