/** The keys of one event; the hash tag keeps them in one slot of a cluster, where a script can reach them all. */
export function keysOf(eventId: string) {
  const key = (name: string) => `event:{${eventId}}:${name}`;
  return {
    generation: key('gen'),
    stock: key('stock'),
    users: key('users'),
    requests: key('requests'),
    sequence: key('seq'),
    log: key('log'),
    info: key('info'),
    lock: key('lock'),
  };
}

/** A field of the hashes `users` and `requests` that is there as long as they are: without it they have been lost. */
export const COMPLETE = 'generation';

/**
 * A field of the hash `requests`: the `run_id` of the server that the keys were made in. In any other, started again or
 * risen from a replica, they may have come without the last writes; empty where a server keeps its id to itself.
 */
export const MADE_IN = 'server';
