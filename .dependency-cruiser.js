// Who may import whom: the arrows of docs/architecture.md, one rule each. `npm run check` runs them.
const workspace = (name) => `^packages/${name}/src`;

/** Packages may import the named ones and nothing else of ours. */
const onlyImports = (name, ...allowed) => ({
  name: `${name}-imports-${allowed.join('-') || 'nothing'}`,
  severity: 'error',
  from: { path: workspace(name), pathNot: '\\.test\\.ts$' },
  to: {
    path: '^(packages|subgraphs|workers|gateway|schema|infra|tests)/',
    pathNot: [name, ...allowed].map(workspace),
  },
});

const never = (name, from, to, more = {}) => ({ name, severity: 'error', from: { path: from, ...more }, to });

export default {
  forbidden: [
    // Types that name each other are fine: they are gone at run time.
    never('no-cycles', '', { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } }),

    onlyImports('kernel'),
    never(
      'kernel-has-no-dependencies',
      workspace('kernel'),
      { dependencyTypes: ['npm'] },
      { pathNot: '\\.test\\.ts$' },
    ),
    onlyImports('service-kit', 'kernel'),
    onlyImports('messaging', 'kernel', 'service-kit'),
    onlyImports('redis', 'kernel', 'service-kit'),
    onlyImports('subgraph-kit', 'kernel', 'service-kit'),
    onlyImports('contracts', 'kernel', 'messaging'),

    {
      name: 'subgraphs-meet-in-schema-commands-and-events-only',
      severity: 'error',
      from: { path: '^subgraphs/([^/]+)/' },
      to: { path: '^subgraphs/', pathNot: '^subgraphs/$1/' },
    },
    never(
      'domain-imports-kernel-alone',
      '^subgraphs/[^/]+/src/domain/',
      {
        pathNot: ['^subgraphs/[^/]+/src/domain/', workspace('kernel')],
        dependencyTypesNot: ['core'],
      },
      { pathNot: '\\.test\\.ts$' },
    ),
    never('use-cases-know-no-way-in-or-out', '^subgraphs/[^/]+/src/use-cases/', {
      path: '^subgraphs/[^/]+/src/(graphql|events|db|provider)/',
    }),
    never('reads-serve-use-cases', '^subgraphs/[^/]+/src/reads/', {
      path: '^subgraphs/[^/]+/src/(use-cases|graphql|events|db|provider)/',
    }),
    never('db-knows-the-domain-alone', '^subgraphs/[^/]+/src/db/', {
      path: '^subgraphs/',
      pathNot: '^subgraphs/[^/]+/src/(db|domain)/',
    }),
    never('graphql-goes-through-use-cases', '^subgraphs/[^/]+/src/graphql/', {
      path: '^subgraphs/[^/]+/src/(events|db|provider)/',
    }),
    never('events-go-through-use-cases', '^subgraphs/[^/]+/src/events/', {
      path: '^subgraphs/[^/]+/src/(graphql|db|provider)/',
    }),
    never('the-provider-goes-through-use-cases', '^subgraphs/[^/]+/src/provider/', {
      path: '^subgraphs/[^/]+/src/(graphql|events|db)/',
    }),
    never(
      'only-the-composition-root-knows-everything',
      '^subgraphs/[^/]+/src/[^/]+/',
      { path: '^subgraphs/[^/]+/src/(app|index|commands)\\.ts$' },
      { pathNot: '\\.test\\.ts$' },
    ),
    never('only-main-acts-on-import', '^(subgraphs|workers|gateway)/', { path: '/src/main\\.ts$' }),

    never('workers-know-events-alone', '^workers/[^/]+/src/', {
      path: '^(subgraphs|gateway|schema|packages/subgraph-kit)/',
      // Its database is opened like any other; there is no schema to serve.
      pathNot: '^packages/subgraph-kit/src/database\\.ts$',
    }),
    never('gateway-knows-no-domain', '^gateway/src/', {
      path: '^(packages/contracts|packages/subgraph-kit|subgraphs|workers)/',
    }),
    never('the-runner-starts-programs', '^(infra/local|packages/testkit)/', {
      path: '^(subgraphs|workers|gateway|schema)/',
    }),
    never('end-to-end-tests-see-a-black-box', '^tests/e2e/', {
      path: '^(subgraphs|workers|gateway|schema)/',
      // What clients are built with.
      pathNot: '^schema/operations/',
    }),
    never(
      'testkit-is-for-tests',
      '',
      { path: workspace('testkit') },
      {
        pathNot: ['^packages/testkit/', '\\.test\\.ts$', '/test/', '^tests/'],
      },
    ),
    never(
      'runner-is-for-development-and-tests',
      '',
      { path: '^infra/' },
      {
        pathNot: ['^infra/', '^packages/testkit/', '\\.test\\.ts$', '/test/', '^tests/'],
      },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['/dist/', '(^|/)\\.local/', '(^|/)\\.turbo/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['source', 'import', 'node', 'default'] },
  },
};
