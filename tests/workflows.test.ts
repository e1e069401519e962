import { globSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { run } from '../schema/src/cli.ts';

interface Workflow {
  on: Record<string, { paths?: string[] } | null>;
  permissions: Record<string, string>;
  jobs: Record<string, { 'timeout-minutes': number; steps: { uses?: string; run?: string }[] }>;
}

const root = new URL('../', import.meta.url);
const folder = new URL('.github/workflows/', root);
const read = (name: string | URL) => readFileSync(name, 'utf8');
const { scripts } = JSON.parse(read(new URL('package.json', root))) as { scripts: object };
const workflows = readdirSync(folder).map((name) => [name, parse(read(new URL(name, folder))) as Workflow] as const);

async function helpOf(command: string): Promise<string> {
  let text = '';
  const say = (said: string) => {
    text += said;
  };
  expect(await run([command, '--help'], { cwd: '/', env: {}, out: say, err: say, today: () => '2026-11-20' })).toBe(0);
  return text;
}

describe.each(workflows)('the workflow %s', (_name, { on, permissions, jobs }) => {
  const steps = Object.values(jobs).flatMap((job) => job.steps);
  const commands = steps.flatMap(({ run: command }) => command ?? []);

  it('runs on pull requests, with no more rights than to read, and not for ever', () => {
    expect(Object.keys(on)).toContain('pull_request');
    expect(permissions).toEqual({ contents: 'read' });
    for (const job of Object.values(jobs)) expect(job['timeout-minutes']).toBeGreaterThan(0);
  });

  it('looks at files that there are', () => {
    for (const path of on.pull_request?.paths ?? [])
      expect(globSync(path, { cwd: fileURLToPath(root) })).not.toEqual([]);
  });

  it("uses nobody's actions but GitHub's own", () => {
    const used = steps.flatMap(({ uses }) => uses ?? []);
    expect(used).not.toEqual([]);
    for (const action of used) expect(action).toMatch(/^actions\/[a-z-]+@v\d+$/);
  });

  it('runs commands that there are, with flags they have', async () => {
    for (const command of commands) {
      const [, script] = /^npm (?:run )?([a-z:]+)/.exec(command) ?? [];
      if (script !== undefined && script !== 'ci') expect(scripts).toHaveProperty([script]);
      const [, name, flags = ''] = /^npx shop-schema ([a-z]+)(.*)$/.exec(command) ?? [];
      if (name === undefined) {
        expect(command).toMatch(/^npm /);
        continue;
      }
      const help = await helpOf(name);
      for (const [flag] of flags.matchAll(/--[a-z-]+/g)) expect(help).toContain(flag);
    }
  });
});

it('every tier of tests is run by one of them', () => {
  const commands = workflows.flatMap(([, { jobs }]) =>
    Object.values(jobs).flatMap(({ steps }) => steps.map((step) => step.run)),
  );
  // What `npm test` leaves out unless it is asked for.
  const task = read(new URL('infra/local/src/tasks/test.ts', root));
  const [tiers, usual] = [/ tiers = \[(.+)\]/, / usual.* = \[(.+)\]/].map((list) =>
    [...(list.exec(task)?.[1] ?? '').matchAll(/'(.+?)'/g)].map(([, tier]) => tier as string),
  );
  expect(usual).toEqual(['unit', 'int', 'e2e']);
  const onDemand = tiers?.filter((tier) => !usual?.includes(tier)).map((tier) => `npm test -- ${tier}`);
  expect(onDemand).not.toEqual([]);
  expect(commands).toEqual(expect.arrayContaining(['npm test', ...(onDemand ?? [])]));
});
