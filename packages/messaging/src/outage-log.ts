import { type Logger, reasonOf } from '@shop/service-kit';

/** Logs the beginning and the end of each trouble, not every failed attempt in between. */
export interface OutageLog {
  began(trouble: string, error: unknown): void;
  ended(trouble: string): void;
}

/** Logs the beginning and the end of a trouble once each, however often it is reported. */
export function createOutageLog(log: Logger): OutageLog {
  const open = new Set<string>();
  return {
    began(trouble, error) {
      if (open.has(trouble)) return;
      open.add(trouble);
      log.warn({ reason: reasonOf(error), trouble }, `${trouble}: trying again until it works.`);
    },
    ended(trouble) {
      if (open.delete(trouble)) log.info({ trouble }, `${trouble}: over.`);
    },
  };
}
