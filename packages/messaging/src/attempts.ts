import { JetStreamApiError, type JsMsg } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import { reasonOf } from '@shop/service-kit';
import { z } from 'zod';
import type { Bus } from './bus.ts';

/** How the earlier deliveries of a message ended. */
export interface Attempts {
  /** The handler threw. */
  failures: number;
  /** The handler asked for patience: an outage, not the message's fault. */
  putOffs: number;
  /** Nobody said how: a process ended, or lost its connection, while it had the message. */
  deaths: number;
}

/** Remembers attempts across the processes that share a consumer, and across their deaths. */
export interface AttemptsMemory {
  /** Makes its stream there. */
  ensure(): Promise<void>;
  of(message: JsMsg): Promise<Attempts>;
  /** Resolves when it is stored, or cannot be: then the delivery will count as a death. */
  remember(message: JsMsg, attempts: Attempts): Promise<void>;
}

const STREAM = 'ATTEMPTS';
const DAY_MS = 86_400_000;
/** Longer than any stream keeps the messages these are about: a forgotten put-off would count as a death. */
const MAX_AGE_DAYS = 90;

const noteSchema = z.object({ timestamp: z.string(), failures: z.int(), putOffs: z.int() });
const NONE: Attempts = { failures: 0, putOffs: 0, deaths: 0 };

/**
 * JetStream counts deliveries; a note is written about each that ended in an orderly way without the effect. What is
 * left over are deaths. So what goes well at once costs nothing, and a process that dies need not write anything.
 */
export function createAttemptsMemory(bus: Bus, durable: string): AttemptsMemory {
  const subjectOf = (message: JsMsg): string => `attempts.${message.info.stream}.${durable}.${message.seq}`;

  async function noteOn(message: JsMsg): Promise<{ failures: number; putOffs: number }> {
    const stored = await bus.admin.streams.getMessage(STREAM, { last_by_subj: subjectOf(message) });
    const note = noteSchema.safeParse(stored?.json()).data;
    // A stream that was lost and rebuilt uses its sequences again; a consumer made anew counts deliveries from one.
    const isAbout = note?.timestamp === message.timestamp;
    return isAbout && note.failures + note.putOffs < message.info.deliveryCount ? note : NONE;
  }

  return {
    async ensure() {
      try {
        await bus.admin.streams.add({
          name: STREAM,
          subjects: ['attempts.*.*.*'],
          storage: 'file',
          max_msgs_per_subject: 1,
          max_age: nanos(MAX_AGE_DAYS * DAY_MS),
        });
      } catch (error) {
        // There is one already, perhaps with settings of an operator.
        if (!(error instanceof JetStreamApiError)) throw error;
      }
    },

    async of(message) {
      if (message.info.deliveryCount === 1) return NONE;
      try {
        const { failures, putOffs } = await noteOn(message);
        return { failures, putOffs, deaths: message.info.deliveryCount - 1 - failures - putOffs };
      } catch (error) {
        // Nobody is put aside on a guess: the next delivery will ask again.
        bus.log.warn({ reason: reasonOf(error), consumer: durable }, 'Attempts cannot be read; none are assumed.');
        return NONE;
      }
    },

    async remember(message, { failures, putOffs }) {
      const note: z.output<typeof noteSchema> = { timestamp: message.timestamp, failures, putOffs };
      try {
        await bus.stream.publish(subjectOf(message), JSON.stringify(note));
      } catch (error) {
        bus.log.warn({ reason: reasonOf(error), consumer: durable }, 'An attempt could not be noted.');
      }
    },
  };
}
