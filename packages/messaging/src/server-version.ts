import type { Bus } from './bus.ts';

/** Whether the NATS this process is connected to is of this version or a later one. */
export function isServerAtLeast(bus: Bus, wantedMajor: number, wantedMinor: number): boolean {
  const [major = 0, minor = 0] = (bus.connection.info?.version ?? '').split('.').map(Number);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}
