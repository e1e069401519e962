import type { HttpServer } from '@shop/service-kit';
import type { SigningKeys } from './signing-keys.ts';

// Shorter than the minute a key is published before it signs.
const MAX_AGE_SECONDS = 30;

export interface JwksRoute {
  /** From now on answers; before that it says 503, because an empty set would be believed. */
  serve(keys: SigningKeys): void;
}

/** Adds `GET /.well-known/jwks.json` to a server that is about to listen. */
export function mountJwks(http: HttpServer): JwksRoute {
  let keys: SigningKeys | undefined;
  http.app.get('/.well-known/jwks.json', async (_request, reply) => {
    const published = await keys?.published().catch(() => undefined);
    if (published === undefined) {
      return reply
        .status(503)
        .header('cache-control', 'no-store')
        .send({ error: 'The keys cannot be read right now.' });
    }
    return reply.header('cache-control', `public, max-age=${MAX_AGE_SECONDS}`).send(published);
  });
  return {
    serve(ready) {
      keys = ready;
    },
  };
}
