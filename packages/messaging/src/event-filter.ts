import type { Bus } from './bus.ts';
import type { EventDefinition } from './define-event.ts';
import { isServerAtLeast } from './server-version.ts';

/**
 * The part of a consumer's configuration that picks events out of a stream. A NATS before 2.10 knows no list of
 * subjects: there the consumer gets everything, and whoever reads passes over what was not asked for.
 */
export function filterFor(bus: Bus, events: readonly EventDefinition[]): { filter_subjects?: string[] } {
  return isServerAtLeast(bus, '2.10') ? { filter_subjects: events.map((event) => event.pattern) } : {};
}
