import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { gatewaySettings } from '../gateway/src/config.ts';
import { eventsSettings as events } from '../packages/messaging/src/operate/settings.ts';
import { loadConfig } from '../packages/service-kit/src/config.ts';
import { configSchema as coupon } from '../subgraphs/coupon/src/config.ts';
import { configSchema as order } from '../subgraphs/order/src/config.ts';
import { configSchema as product } from '../subgraphs/product/src/config.ts';
import { createAdminConfigSchema as createAdmin, configSchema as user } from '../subgraphs/user/src/config.ts';
import { configSchema as dataPlatform } from '../workers/data-platform/src/config.ts';

const text = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
const compose = text('docker-compose.yml');
const example = text('.env.example');

/** Each setting with the value that is shown, and with the comment above it. */
const entries: { comment: string; name: string; value: string }[] = [];
let comment = '';
for (const line of example.split('\n')) {
  const [, name, value = ''] = /^(?:# )?([A-Z][A-Z_]+)=(.*)$/.exec(line) ?? [];
  if (name !== undefined) entries.push({ comment, name, value });
  comment = name === undefined ? `${comment} ${line}` : '';
}
const shown = entries.map(({ name }) => name);
const inCompose = [...compose.matchAll(/\$\{([A-Z_]+)/g)].map(([, name]) => name as string);
const processes = { user, product, order, coupon, 'data-platform': dataPlatform, gateway: gatewaySettings.in };
type Setting = { safeParse(value: unknown): { data?: unknown } };
const schemas: Record<string, { shape: Record<string, Setting> }> = { ...processes, createAdmin, events };

describe.each(Object.entries(schemas))('.env.example', (process, { shape }) => {
  it(`shows every setting of ${process}, with its default`, () => {
    expect(Object.keys(shape).filter((name) => !shown.includes(name))).toEqual([]);
    for (const { name, value } of entries) {
      const setting = shape[name];
      // What differs between processes, as the comment says.
      const isOneOfMany = name === 'PORT' || (name === 'JWT_ISSUER' && process === 'gateway');
      if (setting === undefined || isOneOfMany) continue;
      const [byDefault, asShown] = [undefined, value].map((text) => setting.safeParse(text).data);
      expect({ [name]: byDefault }).toEqual({ [name]: asShown });
    }
  });
});

it('shows every variable docker-compose.yml reads', () => {
  expect(inCompose.filter((variable) => !shown.includes(variable))).toEqual([]);
});

it('shows nothing that nobody reads, and nothing twice', () => {
  const read = new Set([...Object.values(schemas).flatMap(({ shape }) => Object.keys(shape)), ...inCompose]);
  expect(shown.filter((variable) => !read.has(variable))).toEqual([]);
  expect(new Set(shown).size).toBe(shown.length);
});

it('says where containers have another default', () => {
  for (const [, variable, inContainers = ''] of compose.matchAll(/\$\{([A-Z_]+):?-([^}]+)\}/g)) {
    const entry = entries.find(({ name }) => name === variable);
    if (entry?.value !== inContainers) expect(entry?.comment).toMatch(/containers|docker-compose\.yml/i);
  }
});

const { services } = parse(compose, { merge: true }) as {
  services: Record<string, { environment: Record<string, string> }>;
};

describe.each(Object.entries(processes))('docker-compose.yml', (process, { shape }) => {
  const environment = services[process]?.environment ?? {};

  it(`hands ${process} every setting that .env may have for it, and no other`, () => {
    const [, itself = ''] = /docker-compose\.yml says itself:([^.]*)\./.exec(example) ?? [];
    const fixed: string[] = itself.match(/[A-Z_]{2,}/g) ?? [];
    // What the image says, and what production refuses.
    const notHere = ['HOST', 'PORT', 'FAIL_POINT_FILE'];
    expect(Object.keys(environment).sort()).toEqual(
      Object.keys(shape)
        .filter((name) => !notHere.includes(name))
        .sort(),
    );
    const deaf = Object.entries(environment).filter(
      ([name, value]) => !new RegExp(`^\\$\\{([A-Z]+_)?${name}[:}-]`).test(value),
    );
    expect(deaf.map(([name]) => name).filter((name) => !fixed.includes(name))).toEqual([]);
  });
});

it('docker-compose.yml needs no more of .env than the secrets that are empty in .env.example', () => {
  const secret = `whsec_${Buffer.alloc(30, 'x').toString('base64')}`;
  const secrets = [...example.matchAll(/^([A-Z_]+)=$/gm)].map(([, name]) => name as string);
  const filledIn = (value: string): string => {
    const filled = value.replace(/\$\{([A-Z_]+)(?::?[-?]([^${}]*))?\}/g, (_all, name, fallback = '') =>
      secrets.includes(name) ? secret : fallback,
    );
    return filled === value ? value : filledIn(filled);
  };
  const read = { user, product, order, coupon, 'data-platform': dataPlatform, gateway: gatewaySettings };
  for (const [process, schema] of Object.entries(read)) {
    const environment = Object.entries(services[process]?.environment ?? {});
    const env = Object.fromEntries(environment.map(([name, value]) => [name, filledIn(value)]));
    expect(() => loadConfig<unknown>(schema, env)).not.toThrow();
  }
});
