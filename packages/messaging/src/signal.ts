import type { z } from 'zod';
import type { Bus } from './bus.ts';
import { subjectToken } from './define-event.ts';

/** A hint to every process that is listening right now; nothing keeps it, so nothing may depend on it. */
export interface SignalDefinition<S extends z.ZodType = z.ZodType> {
  readonly type: string;
  readonly data: S;
}

/** Declares a signal once, for those who send it and for those who listen. */
export function defineSignal<S extends z.ZodType>(signal: { type: string; data: S }): SignalDefinition<S> {
  return signal;
}

/** Tells every listening process, best effort: while NATS is away the signal is dropped. */
export function sendSignal<S extends z.ZodType>(
  bus: Bus,
  signal: SignalDefinition<S>,
  aggregateId: string,
  data: z.input<S>,
): void {
  const payload = JSON.stringify(signal.data.parse(data));
  const subject = `${signal.type}.${subjectToken(aggregateId)}`;
  if (bus.ready() === null) bus.connection.publish(subject, payload);
}

/** Calls back for every signal until closed; one that cannot be read is logged and dropped. */
export function onSignal<S extends z.ZodType>(
  bus: Bus,
  signal: SignalDefinition<S>,
  handle: (data: z.output<S>) => void,
): { close(): void } {
  const subscription = bus.connection.subscribe(`${signal.type}.*`, {
    callback: (error, message) => {
      try {
        if (error) throw error;
        handle(signal.data.parse(message.json()));
      } catch (cause) {
        bus.log.error({ err: cause, signal: signal.type }, 'A signal could not be handled.');
      }
    },
  });
  return { close: () => subscription.unsubscribe() };
}
