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
