import { z } from 'zod';
import { ConfigError, loadConfig, setting } from './config.ts';

const schema = z.object({
  PORT: setting.port(4000),
  DATABASE_URL: setting.url('mysql'),
  SECRET: setting.secret(32),
  MIGRATE: setting.flag(false),
});

it('reads strings into values and freezes them', () => {
  const config = loadConfig(schema, {
    PORT: '',
    DATABASE_URL: 'mysql://u:p@h:1/d',
    SECRET: 's'.repeat(32),
    MIGRATE: 'true',
  });
  expect(config).toEqual({ PORT: 4000, DATABASE_URL: 'mysql://u:p@h:1/d', SECRET: 's'.repeat(32), MIGRATE: true });
  expect(Object.isFrozen(config)).toBe(true);
});

it('names every problem at once and gives a secret no default', () => {
  const attempt = () => loadConfig(schema, { PORT: 'eighty', DATABASE_URL: 'http://h', MIGRATE: 'yes' });
  expect(attempt).toThrow(ConfigError);
  expect(attempt).toThrow(
    /PORT must be a whole number[\s\S]*DATABASE_URL must be a URL[\s\S]*SECRET is missing[\s\S]*MIGRATE must be/,
  );
});

it('takes one Redis or some nodes of a cluster', () => {
  const read = (text: string) => loadConfig(z.object({ REDIS_URL: setting.redis() }), { REDIS_URL: text }).REDIS_URL;
  const good = ['redis://h', 'rediss://u:p@h:6379/2', 'redis-cluster://h:1', 'rediss-cluster://u:p@h:1,i:2,[::1]:3'];
  expect(good.map(read)).toEqual(good);
  for (const bad of ['h:6379', 'http://h', 'redis://h:1,i:2', 'redis-cluster://h:1,', 'redis-cluster://h:1,i:x']) {
    expect(() => read(bad)).toThrow('REDIS_URL must be redis://host:port or redis-cluster://');
  }
});
