import type { Errand, SendCarefully } from './careful-sender.ts';
import type { Received } from './exchange.ts';

/**
 * Identical reads of one viewer that are under way at the same time are sent once, those of anonymous viewers too. What is
 * shared is given up for nobody's sake and names no client's address; no read that comes after a write is answered by one
 * that went before it.
 */
export function shareReads(send: SendCarefully): SendCarefully {
  const underWay = new Map<string, Promise<Received>>();

  return (errand) => (errand.isRead ? read(errand) : write(errand));

  function read(errand: Errand): Promise<Received> {
    const key = `${errand.sending.headers.authorization ?? ''}\n${errand.sending.body}`;
    const same = underWay.get(key);
    if (same !== undefined) return same;
    const sending = { ...errand.sending, headers: ofNobody(errand.sending.headers) };
    const reading = send({ ...errand, sending, endsAt: Number.POSITIVE_INFINITY, departure: undefined }).finally(() => {
      if (underWay.get(key) === reading) underWay.delete(key);
    });
    underWay.set(key, reading);
    return reading;
  }

  async function write(errand: Errand): Promise<Received> {
    try {
      return await send(errand);
    } finally {
      underWay.clear();
    }
  }
}

/** The one who happens to ask first is not the one it is for. */
function ofNobody(headers: Errand['sending']['headers']): Errand['sending']['headers'] {
  const { 'x-forwarded-for': _address, 'idempotency-key': _key, ...others } = headers;
  return others;
}
