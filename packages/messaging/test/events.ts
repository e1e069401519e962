import { z } from 'zod';
import { defineEvent } from '../src/define-event.ts';
import type { StreamDefinition } from '../src/streams.ts';

/** Events about parcels: a domain the shop does not have, so that these tests stand by themselves. */
const parcel = { stream: 'PARCEL', source: '/test' };
export const ParcelSent = defineEvent({
  ...parcel,
  type: 'parcel.sent',
  data: z.object({ parcelId: z.string(), step: z.int(), note: z.string().optional() }),
});
export const ParcelLost = defineEvent({
  ...parcel,
  type: 'parcel.lost',
  data: z.object({ parcelId: z.string(), step: z.int() }),
});
/** Its stream is made by the tests that want it. */
export const ParcelWeighed = defineEvent({
  stream: 'SCALES',
  source: '/test',
  type: 'parcel.weighed',
  data: z.object({ parcelId: z.string(), step: z.int() }),
});

export const PARCEL: StreamDefinition = {
  name: 'PARCEL',
  subjects: [ParcelSent.pattern, ParcelLost.pattern],
  maxAgeDays: 1,
};
export const SCALES: StreamDefinition = { name: 'SCALES', subjects: [ParcelWeighed.pattern], maxAgeDays: 1 };
export const DEADLETTER: StreamDefinition = { name: 'DEADLETTER', subjects: ['deadletter.*.*'], maxAgeDays: 1 };
