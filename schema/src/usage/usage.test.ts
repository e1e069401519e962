import { describe, expect, it } from '@jest/globals';
import type { DailyTally } from '@shop/redis';
import { CannotRun } from '../command.ts';
import { daysIn } from './days.ts';
import { recordedUsage } from './recorded-usage.ts';
import { parseUsage, type Usage, type UsedOperation } from './usage.ts';
import { usageLimits, usageWithin } from './usage-limits.ts';

const operation = (more: Partial<UsedOperation> = {}): UsedOperation => ({
  name: 'Shelf',
  hash: 'a'.repeat(64),
  client: { name: 'web', version: '1.0' },
  requests: 10,
  lastSeen: '2026-11-20',
  coordinates: ['Query.books'],
  ...more,
});
const recording = (...operations: UsedOperation[]): Usage => ({
  version: 1,
  recordedFrom: '2026-10-22',
  recordedTo: '2026-11-20',
  operations,
});
const everything = { minRequests: 1, periodDays: null, excludedClients: [] };

describe('a usage file', () => {
  it('is read as it was written', () => {
    const usage = recording(operation(), operation({ name: null, hash: null, client: { name: null, version: null } }));
    expect(parseUsage(JSON.stringify(usage), 'usage.json')).toEqual(usage);
  });

  it.each([
    ['{', /^usage\.json is not JSON: /],
    ['[]', /^usage\.json is no recorded usage: the whole: .*; write it again with "shop-schema usage export"\.$/],
    [JSON.stringify({ ...recording(), version: 2 }), /no recorded usage: version: /],
    [JSON.stringify(recording(operation({ requests: -1 }))), /operations\.0\.requests: /],
    [JSON.stringify(Array(1_000).fill(0)), /^.{1,500}$/],
  ])('that is broken is said to be, in one line', (text, message) => {
    expect(() => parseUsage(text, 'usage.json')).toThrow(CannotRun);
    expect(() => parseUsage(text, 'usage.json')).toThrow(message);
  });
});

describe('what of a recording counts', () => {
  it('is all of it unless limits are set', () => {
    const usage = recording(operation(), operation({ lastSeen: '2026-10-22', requests: 1 }));
    expect(usageWithin(usage, everything)).toEqual(usage);
  });

  it('is what was asked often enough, whatever the texts it was asked with', () => {
    const usage = recording(
      operation({ requests: 3, coordinates: ['Query.books', 'Book.title'] }),
      operation({ hash: 'b'.repeat(64), requests: 2, coordinates: ['Query.books', 'Book.rating'] }),
    );
    const { operations } = usageWithin(usage, { ...everything, minRequests: 4 });
    expect(operations.map(({ coordinates }) => coordinates)).toEqual([['Query.books'], ['Query.books']]);
    expect(usageWithin(usage, { ...everything, minRequests: 6 }).operations).toEqual([]);
  });

  it('is what was seen in the period before the recording ended', () => {
    const usage = recording(operation({ lastSeen: '2026-11-14' }), operation({ lastSeen: '2026-11-13', name: 'Old' }));
    const week = usageWithin(usage, { ...everything, periodDays: 7 });
    expect(week).toMatchObject({ recordedFrom: '2026-11-14', operations: [{ name: 'Shelf' }] });
  });

  it('is nothing of a client that is left out, or of one version of it', () => {
    const usage = recording(
      operation(),
      operation({ client: { name: 'web', version: '2.0' } }),
      operation({ client: { name: 'app', version: null } }),
      operation({ hash: null, client: { name: null, version: null } }),
    );
    const clients = (...excludedClients: string[]) =>
      usageWithin(usage, { ...everything, excludedClients }).operations.map(({ client }) => client.name);
    expect(clients('web')).toEqual(['app', null]);
    expect(clients('web@2.0', 'app')).toEqual(['web', null]);
    expect(clients('')).toHaveLength(4);
  });

  it('is told with flags, which are checked', () => {
    const flags = (more: object) =>
      usageLimits({ 'min-requests': '1', period: undefined, 'exclude-client': [], ...more });
    expect(flags({ 'min-requests': '100', period: '2w' })).toEqual({ ...everything, minRequests: 100, periodDays: 14 });
    expect(() => flags({ 'min-requests': '0' })).toThrow('--min-requests 0 is no number of requests: write 1 or more.');
    expect(() => flags({ period: 'a month' })).toThrow('write 30d for days, or 4w for weeks');
    expect(daysIn('30d')).toBe(30);
  });
});

describe('what gateways recorded', () => {
  const day = (subjects: Record<string, DailyTally>) => new Map(Object.entries(subjects));
  const about = (name: string | null, hash: string | null, ...coordinates: string[]) =>
    JSON.stringify({ name, hash, coordinates });

  it('is added up over days, by operation and client', async () => {
    const days = {
      '2026-11-18': day({}),
      '2026-11-19': day({
        x: { about: about('Shelf', 'h', 'Query.books'), marks: ['Filter.a'], counts: new Map([['web\n1', 5]]) },
        others: { about: about(null, null), marks: ['Book.title'], counts: new Map([['\n', 3]]) },
      }),
      '2026-11-20': day({
        // The same text over another schema.
        y: {
          about: about('Shelf', 'h', 'Query.books', 'Book.id'),
          marks: [],
          counts: new Map([
            ['web\n1', 7],
            ['web\n2', 1],
          ]),
        },
      }),
    };
    const read = async (date: string) => days[date as keyof typeof days];
    const usage = await recordedUsage({ read }, Object.keys(days));
    expect(usage).toEqual({
      version: 1,
      recordedFrom: '2026-11-19',
      recordedTo: '2026-11-20',
      operations: [
        {
          name: 'Shelf',
          hash: 'h',
          client: { name: 'web', version: '1' },
          requests: 12,
          lastSeen: '2026-11-20',
          coordinates: ['Book.id', 'Filter.a', 'Query.books'],
        },
        {
          name: null,
          hash: null,
          client: { name: null, version: null },
          requests: 3,
          lastSeen: '2026-11-19',
          coordinates: ['Book.title'],
        },
        {
          name: 'Shelf',
          hash: 'h',
          client: { name: 'web', version: '2' },
          requests: 1,
          lastSeen: '2026-11-20',
          coordinates: ['Book.id', 'Query.books'],
        },
      ],
    });
    expect(parseUsage(JSON.stringify(usage), 'usage.json')).toEqual(usage);
  });

  it('is nothing where nobody asked', async () => {
    expect(await recordedUsage({ read: async () => new Map() }, ['2026-11-20'])).toBeNull();
  });
});
