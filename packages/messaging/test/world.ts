import { type EntityManager, MikroORM } from '@mikro-orm/mysql';
import { newId } from '@shop/kernel';
import { createCloser, createLogger, createMetrics } from '@shop/service-kit';
import { startTestServers, type TestServers } from '@shop/testkit';
import { createEnvelope, parseEnvelope } from '../src/envelope.ts';
import {
  connectBus,
  deadLetterSchema,
  ensureStreams,
  messagingTables,
  type RelayOptions,
  startRelay,
} from '../src/index.ts';
import { DEADLETTER, PARCEL, ParcelSent } from './events.ts';

export const log = createLogger('test', { level: 'silent' });
export type World = Awaited<ReturnType<typeof createWorld>>;

/** Real servers with the messaging tables and streams, for one test file. */
export async function createWorld({ ownMysql = false } = {}) {
  const servers: TestServers = await startTestServers({ nats: true, database: 'messaging', ownMysql });
  const closing = createCloser();
  closing.add(servers);
  const orm = await MikroORM.init({
    clientUrl: servers.databaseUrl,
    entities: [],
    discovery: { warnWhenNoEntities: false },
    pool: { min: 0, max: 10 },
  });
  closing.add({ close: () => orm.close(true) });
  for (const statement of messagingTables) await orm.em.fork().execute(statement);

  const aBus = async (name = 'test') => closing.add(await connectBus({ url: servers.nats.url, name, log }));
  const bus = await aBus();
  await ensureStreams(bus, [PARCEL, DEADLETTER]);

  return {
    servers,
    orm,
    bus,
    aBus,
    close: closing.close,
    transaction: <T>(work: (em: EntityManager) => Promise<T>) => orm.em.fork().transactional(work),
    rows: <T extends object>(sql: string, values: unknown[] = []): Promise<T[]> => orm.em.fork().execute(sql, values),

    aRelay: (options: Partial<RelayOptions> = {}) =>
      closing.add(
        startRelay({ databaseUrl: servers.databaseUrl, bus, log, metrics: createMetrics('test'), ...options }),
      ),

    async pendingCount(): Promise<number> {
      const [row] = await this.rows<{ n: number }>('SELECT COUNT(*) AS n FROM outbox_pending');
      return Number(row?.n);
    },

    /** Everything a stream keeps about one aggregate, in its order. */
    async eventsOf(stream: string, aggregateId: string) {
      const { state } = await bus.admin.streams.info(stream);
      const found = [];
      for (let seq = Math.max(1, state.first_seq); seq <= state.last_seq; seq++) {
        const message = await bus.admin.streams.getMessage(stream, { seq });
        if (message?.subject.endsWith(`.${aggregateId}`)) found.push({ ...parseEnvelope(message.string()), seq });
      }
      return found;
    },

    /** Publishes one parcel.sent as a relay would, and returns its id. */
    async sendParcel(parcelId: string, { step = 1, note }: { step?: number; note?: string } = {}): Promise<string> {
      const data = { parcelId, step, ...(note !== undefined && { note }) };
      const time = new Date().toISOString();
      const envelope = createEnvelope({ source: '/test', type: ParcelSent.type, subject: parcelId, time, data });
      await this.publish(ParcelSent.wireSubject(parcelId), JSON.stringify(envelope));
      return envelope.id;
    },

    /** The dead letters of one consumer, oldest first. */
    async lettersOf(durable: string) {
      const letters = [];
      const { state } = await bus.admin.streams.info('DEADLETTER');
      for (let seq = 1; seq <= state.last_seq; seq++) {
        const message = await bus.admin.streams.getMessage('DEADLETTER', { seq });
        if (message?.subject === `deadletter.PARCEL.${durable}`) letters.push(deadLetterSchema.parse(message.json()));
      }
      return letters;
    },

    publish(subject: string, body: string) {
      return bus.stream.publish(subject, body, { msgID: newId() });
    },
  };
}
