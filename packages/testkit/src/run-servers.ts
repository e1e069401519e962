import type { ServerSources } from '@shop/local';

/** What the whole jest run shares: one MySQL, and where the other servers come from. */
export interface RunServers {
  mysqlAdminUrl: string;
  sources: ServerSources;
  templatesDir: string;
  /** Everything that test files write; removed with the run. */
  dir: string;
}

// Jest's workers inherit the environment of the process that ran the global setup.
const variable = 'SHOPGRAPH_TEST_RUN';

/** Hands the run's servers to the test files. */
export function publishRunServers(servers: RunServers): void {
  process.env[variable] = JSON.stringify(servers);
}

/** The servers of this run; throws outside the tiers that have some. */
export function runServers(): RunServers {
  const published = process.env[variable];
  if (published === undefined) {
    throw new Error(
      'No test servers: only *.int.test.ts and *.e2e.test.ts run with the global setup that starts them.',
    );
  }
  return JSON.parse(published);
}
