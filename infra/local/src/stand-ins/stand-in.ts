import Fastify, { type FastifyInstance } from 'fastify';
import { type Behave, Behaviour, behaveProperties, misbehave } from './behaviour.ts';

/** What every stand-in is made of. */
export interface StandIn {
  /** Observers' routes and probes; always well-behaved. */
  app: FastifyInstance;
  /** Adds the routes of the service that is stood in for; they behave as they are told. */
  serve(routes: (service: FastifyInstance) => void): void;
}

export interface StandInOptions<B extends Behave> {
  /** How late a `slow` answer is. */
  slowMs?: number;
  /** Further properties of `POST /behave`, as JSON schema, and what to do with them. */
  behave?: { properties: Record<string, object>; apply: (body: B) => void };
  /** Numbers for `/metrics`. */
  metrics: () => Record<string, number>;
}

/** Creates a server with probes and `POST /behave`; bodies are checked against their schema and refused with 400. */
export function createStandIn<B extends Behave = Behave>(options: StandInOptions<B>): StandIn {
  const { slowMs = 2_000, behave, metrics } = options;
  const behaviour = new Behaviour();
  const app = Fastify({
    // A request that is never answered must not keep the process from ending.
    forceCloseConnections: true,
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, allErrors: true } },
  });
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) =>
    reply.status(error.statusCode ?? 500).send({ error: error.message }),
  );

  app.get('/healthz', () => ({ status: 'alive' }));
  app.get('/readyz', () => ({ ready: true }));
  app.get('/metrics', (_request, reply) => {
    const lines = Object.entries(metrics()).map(([name, value]) => `${name} ${value}\n`);
    return reply.type('text/plain; version=0.0.4').send(lines.join(''));
  });
  const body = {
    type: 'object',
    properties: { ...behaveProperties, ...behave?.properties },
    additionalProperties: false,
    minProperties: 1,
  };
  app.post('/behave', { schema: { body } }, (request) => {
    const change = request.body as B;
    if (change.mode !== undefined) behaviour.change(change);
    behave?.apply(change);
    return change;
  });

  return {
    app,
    serve(routes) {
      app.register(async (service) => {
        misbehave(service, behaviour, slowMs);
        routes(service);
      });
    },
  };
}

/** Listens on HOST and PORT until SIGTERM or SIGINT. */
export async function runStandIn(name: string, app: FastifyInstance, defaultPort: number): Promise<void> {
  const { HOST: host = '127.0.0.1', PORT: port = String(defaultPort) } = process.env;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void app.close());
  process.stdout.write(`${name} listens on ${await app.listen({ host, port: Number(port) })}\n`);
}
