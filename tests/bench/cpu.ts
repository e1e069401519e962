import { readFileSync } from 'node:fs';
import type { Instance, RunFile } from '@shop/local';

/** CPU seconds used so far, by process. */
export type CpuSeconds = Record<string, number>;

// The kernel's USER_HZ, which has been 100 on every Linux that Node runs on.
const TICKS_PER_SECOND = 100;

/** Reads what every process of a shop, and this one, has used; processes of one service count together. Nothing but on Linux. */
export function readCpu({ gateway, services, servers, standIns }: RunFile): CpuSeconds {
  if (process.platform !== 'linux') return {};
  const processes: Record<string, Instance[]> = {
    gateway: gateway.instances,
    ...Object.fromEntries(Object.entries(services).map(([name, { instances }]) => [name, instances])),
    ...Object.fromEntries(Object.entries(servers).map(([name, { instances }]) => [name, instances])),
    'stand-ins': Object.values(standIns),
    'load generator': [{ pid: process.pid, port: 0 }],
  };
  return Object.fromEntries(
    Object.entries(processes).map(([name, instances]) => [
      name,
      instances.reduce((sum, { pid }) => sum + (pid === null ? 0 : usedBy(pid)), 0),
    ]),
  );
}

export function cpuSince(before: CpuSeconds, after: CpuSeconds): CpuSeconds {
  return Object.fromEntries(Object.entries(after).map(([name, seconds]) => [name, seconds - (before[name] ?? 0)]));
}

export function addCpu(one: CpuSeconds, other: CpuSeconds): CpuSeconds {
  return Object.fromEntries(Object.entries(other).map(([name, seconds]) => [name, seconds + (one[name] ?? 0)]));
}

/** See proc_pid_stat(5): user and system time are fields 14 and 15. */
export function usedBy(pid: number): number {
  const fields = statOf(pid);
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** What the children of this process that have ended have used, and theirs: fields 16 and 17. Nothing but on Linux. */
export function usedByChildren(): number {
  if (process.platform !== 'linux') return Number.NaN;
  const fields = statOf(process.pid);
  return (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND;
}

/** From field 3 on; the name in field 2 may contain anything. */
function statOf(pid: number): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}
