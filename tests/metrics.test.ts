import { globSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { createMetrics } from '../packages/service-kit/src/metrics.ts';

interface Metric {
  name: string;
  type: string;
  labels: string[];
}

interface Rule {
  alert: string;
  expr: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

interface Panel {
  id: number;
  type: string;
  title: string;
  description?: string;
  datasource: { type: string; uid: string };
  gridPos: { x: number; w: number };
  fieldConfig: { defaults: { unit?: string } };
  targets: { expr: string; refId: string }[];
}

interface Dashboard {
  uid: string;
  title: string;
  panels: Panel[];
}

const root = new URL('../', import.meta.url);
const text = (file: string) => readFileSync(new URL(file, root), 'utf8');
const files = (pattern: string) => globSync(pattern, { cwd: root.pathname });

const TYPES: Record<string, string> = {
  counter: 'counter',
  gauge: 'gauge',
  histogram: 'histogram',
  // What is read when somebody looks; `live` names three of them at once.
  liveGauge: 'gauge',
  live: 'gauge',
};
const LIVE_LABELS = ['subgraph'];
const REGISTRATION = /\b(\w+)\(\s*'((?:http|shop|gateway)_\w+)',\s*(?:'[^']*'|"[^"]*")(?:,\s*\[([^\]]*)\])?/g;

/** What the sources register by name; how it is written there is Biome's business, so that text is enough to find it. */
function inCode(): Metric[] {
  return files('{gateway,packages/*,subgraphs/*,workers/*}/src/**/*.ts')
    .filter((file) => !file.endsWith('.test.ts'))
    .flatMap((file) => [...text(file).matchAll(REGISTRATION)])
    .map(([, call = '', name = '', list = '']) => {
      const labels = [...list.matchAll(/'(\w+)'/g)].map(([, label = '']) => label);
      return { name, type: TYPES[call] ?? `what is ${call}()?`, labels: call === 'live' ? LIVE_LABELS : labels };
    });
}

/** Rows that begin with a metric, or with several that have the rest in common. */
function inDocument(): Metric[] {
  return text('docs/metrics.md')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => {
      const [, names = '', type = '', , labels = ''] = line.split('|').map((cell) => cell.trim());
      return [...names.matchAll(/`(\w+)`/g)].map(([, name = '']) => ({
        name,
        type,
        labels: labels === '' ? [] : labels.split(', '),
      }));
    });
}

const byName = (a: Metric, b: Metric) => a.name.localeCompare(b.name);
const documented = inDocument();
const known = new Map<string, string[]>([
  ['up', []],
  ['ALERTS', ['alertname', 'alertstate', 'severity']],
  ...documented.flatMap(({ name, type, labels }): [string, string[]][] =>
    type === 'histogram'
      ? [
          [`${name}_bucket`, [...labels, 'le']],
          [`${name}_sum`, labels],
          [`${name}_count`, labels],
        ]
      : [[name, labels]],
  ),
]);
const OF_EVERY_TARGET = ['job', 'instance', 'service'];
const KEYWORDS = new Set(['and', 'or', 'unless', 'bool', 'offset']);
const GROUPING = /\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)/g;

/** The selectors of a PromQL expression, and the labels it groups by. */
function readExpression(expression: string) {
  const grouped = [...expression.matchAll(GROUPING)].flatMap(([, list = '']) => list.split(',').map((l) => l.trim()));
  const bare = expression.replace(GROUPING, ' ').replace(/\[[^\]]*\]/g, '');
  const selectors = [...bare.matchAll(/\b([a-zA-Z_]\w*)\b(?:\{([^}]*)\})?(?!\s*\()/g)]
    .filter(([, name = '']) => !KEYWORDS.has(name))
    .map(([, metric = '', matchers = '']) => ({
      metric,
      labels: [...matchers.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => label),
    }));
  return { selectors, grouped: grouped.filter((label) => label !== '') };
}

/** What an expression names that no process has. */
function unknownIn(expression: string): string[] {
  const { selectors, grouped } = readExpression(expression);
  const all = [...OF_EVERY_TARGET, ...selectors.flatMap(({ metric }) => known.get(metric) ?? [])];
  return [
    ...selectors.flatMap(({ metric, labels }) => {
      const its = known.get(metric);
      if (its === undefined) return [metric];
      return labels
        .filter((label) => !its.includes(label) && !OF_EVERY_TARGET.includes(label))
        .map((l) => `${metric}{${l}}`);
    }),
    ...grouped.filter((label) => !all.includes(label)).map((label) => `by (${label})`),
  ];
}

describe('docs/metrics.md', () => {
  it('has every metric that is in the code, with its type and labels, and no other', () => {
    const own = inCode().sort(byName);
    expect(own.length).toBeGreaterThan(50);
    const nodes = new Set(
      createMetrics('any')
        .registry.getMetricsAsArray()
        .map(({ name }) => name),
    );
    const [ofNode, ours] = [true, false].map((isOfNode) =>
      documented.filter(({ name }) => nodes.has(name) === isOfNode),
    );
    expect(ours?.sort(byName)).toEqual(own);
    expect(new Set(ofNode?.map(({ name }) => name))).toEqual(nodes);
  });

  it('misses no metric for how it is written: each is registered by its name, which says whose it is', () => {
    const calls = files('{gateway,packages/*,subgraphs/*,workers/*}/src/**/*.ts')
      .filter((file) => !file.endsWith('.test.ts'))
      .flatMap(
        (file) => text(file).match(/metrics\s*\.(?:counter|gauge|histogram|liveGauge)\(\s*(?!name,)[\s\S]{12}/g) ?? [],
      );
    expect(calls.filter((call) => !/\('(?:http_|shop_|gateway_)/.test(call.replace(/\s/g, '')))).toEqual([]);
  });

  it('names nothing twice', () => {
    expect(documented.map(({ name }) => name)).toEqual([...new Set(documented.map(({ name }) => name))]);
  });
});

describe('an expression', () => {
  it('is read to its metrics, their labels, and what it groups by', () => {
    const expression =
      'histogram_quantile(0.99, sum by (le, field) (rate(a_bucket{b=~"x|{y", c!="d"}[5m]))) > 0 or (e unless f offset 15m)';
    expect(readExpression(expression.replace('{y', 'y'))).toEqual({
      selectors: [
        { metric: 'a_bucket', labels: ['b', 'c'] },
        { metric: 'e', labels: [] },
        { metric: 'f', labels: [] },
      ],
      grouped: ['le', 'field'],
    });
  });

  it('is told apart from one that names what is not there', () => {
    expect(unknownIn('sum by (command) (rate(shop_comand_seconds_count[5m]))')).toEqual([
      'shop_comand_seconds_count',
      'by (command)',
    ]);
    expect(unknownIn('up{servce="order"} or shop_command_seconds')).toEqual(['up{servce}', 'shop_command_seconds']);
  });
});

describe('infra/prometheus', () => {
  const { groups } = parse(text('infra/prometheus/alerts.yml')) as { groups: { rules: Rule[] }[] };
  const rules = groups.flatMap((group) => group.rules);
  const sections = new Map(
    text('docs/runbook.md')
      .split(/^## /m)
      .map((section): [string, string] => {
        const title = section.slice(0, section.indexOf('\n')).toLowerCase();
        return [`docs/runbook.md#${title.replace(/[^\w\s-]/g, '').replaceAll(' ', '-')}`, section];
      }),
  );

  it.each(rules.map((rule) => [rule.alert, rule] as const))(
    '%s is about metrics there are, and says what it is and what to do',
    (_alert, rule) => {
      expect(unknownIn(rule.expr)).toEqual([]);
      expect(['critical', 'warning']).toContain(rule.labels.severity);
      expect(rule.annotations.summary).toMatch(/\.$/);
      expect(sections.get(rule.annotations.runbook ?? '')).toContain(`\`${rule.alert}\``);
    },
  );

  it('scrapes every process where its image listens, and misses each that is gone', () => {
    const { scrape_configs: jobs } = parse(text('infra/prometheus/prometheus.yml')) as {
      scrape_configs: { job_name: string; dns_sd_configs: { names: string[]; port: number }[] }[];
    };
    const listening = [...text('infra/docker/Dockerfile').matchAll(/^FROM runtime AS (\S+)\nENV PORT=(\d+)/gm)];
    const processes = listening.map(([, name, port]) => ({ name, names: [name], port: Number(port) }));
    const scraped = jobs.map(({ job_name: name, dns_sd_configs: [dns] }) => ({
      name,
      names: dns?.names,
      port: dns?.port,
    }));
    expect(processes.length).toBeGreaterThan(5);
    expect(new Set(scraped)).toEqual(new Set(processes));
    const missed = rules.find(({ alert }) => alert === 'ProcessDown')?.expr.matchAll(/absent\(up\{job="([\w-]+)"\}\)/g);
    expect(new Set([...(missed ?? [])].map(([, job]) => job))).toEqual(new Set(jobs.map(({ job_name }) => job_name)));
  });
});

describe('infra/grafana', () => {
  const dashboards = files('infra/grafana/dashboards/*.json').map((file) => JSON.parse(text(file)) as Dashboard);
  const { datasources } = parse(text('infra/grafana/provisioning/datasources/prometheus.yml')) as {
    datasources: { type: string; uid: string }[];
  };
  const provided = datasources.map(({ type, uid }) => ({ type, uid }));

  it.each(dashboards.map((dashboard) => [dashboard.title, dashboard] as const))(
    '%s shows metrics there are, in units, from the data source there is',
    (_title, { panels }) => {
      for (const { title, datasource, fieldConfig, targets, gridPos } of panels) {
        expect({ title, unknown: targets.flatMap(({ expr }) => unknownIn(expr)) }).toEqual({ title, unknown: [] });
        expect({ title, unit: fieldConfig.defaults.unit }).toEqual({ title, unit: expect.any(String) });
        expect(provided).toContainEqual(datasource);
        expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
      }
      expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    },
  );

  it('has dashboards with addresses of their own', () => {
    expect(dashboards.length).toBeGreaterThan(0);
    expect(new Set(dashboards.map(({ uid }) => uid)).size).toBe(dashboards.length);
  });
});
