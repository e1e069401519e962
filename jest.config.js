import { availableParallelism } from 'node:os';

// Three tiers by suffix: *.test.ts beside its source, *.int.test.ts on real servers, *.e2e.test.ts through the gateway – of
// one shop for all, or where tests stop its servers and kill its processes, of a shop of the file's own; and one on
// demand, *.cluster.test.ts on a Redis Cluster.
const transform = {
  '^.+\\.ts$': [
    '@swc/jest',
    {
      jsc: {
        parser: { syntax: 'typescript', decorators: true },
        target: 'es2023',
        keepClassNames: true,
        transform: { legacyDecorator: true, decoratorMetadata: false, useDefineForClassFields: true },
      },
      module: { type: 'es6' },
      sourceMaps: 'inline',
    },
  ],
};

const tier = (displayName, testMatch, more = {}) => ({
  displayName,
  testMatch,
  testEnvironment: 'node',
  // Workspaces resolve to their sources, so that a test never runs against a stale build.
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'import', 'default'] },
  extensionsToTreatAsEsm: ['.ts'],
  // By the condition "import" a require() would find its ES module, and fail while somebody's import of it is under way.
  moduleNameMapper: { '^tslib$': '<rootDir>/node_modules/tslib/tslib.js' },
  modulePathIgnorePatterns: ['/dist/', '/.local/'],
  transform,
  ...more,
});

const servers = { globalSetup: '@shop/testkit/global-setup', globalTeardown: '@shop/testkit/global-teardown' };
const wholeShop = {
  globalSetup: '<rootDir>/tests/e2e/global-setup.ts',
  globalTeardown: '<rootDir>/tests/e2e/global-teardown.ts',
};

export default {
  projects: [
    tier('unit', [
      '<rootDir>/{packages,subgraphs,workers,gateway,schema,infra}/**/src/**/*.test.ts',
      '<rootDir>/tests/*.test.ts',
    ]),
    tier('int', ['<rootDir>/{packages,subgraphs,workers,gateway,schema,infra}/**/*.int.test.ts'], servers),
    tier('cluster', ['<rootDir>/{packages,subgraphs}/**/*.cluster.test.ts'], servers),
    tier('own-shop', ['<rootDir>/tests/e2e/own-shop/*.e2e.test.ts'], servers),
    tier('e2e', ['<rootDir>/tests/e2e/*.e2e.test.ts'], wholeShop),
  ],
  testTimeout: 60_000,
  // Half of an int test is waiting for servers, and a core would be idle meanwhile.
  maxWorkers: Math.ceil(availableParallelism() * 1.5),
  // A worker that ends frees all it has loaded, which takes longer than the half second it gets where others want the cores.
  workerGracefulExitTimeout: 10_000,
};
