import { readFileSync } from 'node:fs';
import { gatewaySettings } from '../gateway/src/config.ts';
import { eventsSettings as events } from '../packages/messaging/src/operate/settings.ts';
import { configSchema as coupon } from '../subgraphs/coupon/src/config.ts';
import { configSchema as order } from '../subgraphs/order/src/config.ts';
import { configSchema as product } from '../subgraphs/product/src/config.ts';
import { createAdminConfigSchema as createAdmin, configSchema as user } from '../subgraphs/user/src/config.ts';
import { configSchema as dataPlatform } from '../workers/data-platform/src/config.ts';

const text = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
const shown = [...text('.env.example').matchAll(/^(?:# )?([A-Z][A-Z_]+)=/gm)].map(([, name]) => name as string);
const inCompose = [...text('docker-compose.yml').matchAll(/\$\{([A-Z_]+)/g)].map(([, name]) => name as string);
const schemas = { coupon, createAdmin, dataPlatform, events, gateway: gatewaySettings.in, order, product, user };

describe.each(Object.entries(schemas))('.env.example', (name, { shape }) => {
  it(`shows every setting of ${name}`, () => {
    expect(Object.keys(shape).filter((setting) => !shown.includes(setting))).toEqual([]);
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
