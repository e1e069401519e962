export const EVENT_STREAM = 'text/event-stream';

/** Whether a client wants to be told of events. */
export function takesEvents(accept: string | undefined): boolean {
  return accept?.includes(EVENT_STREAM) ?? false;
}
