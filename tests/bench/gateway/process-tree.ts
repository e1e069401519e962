import { readdirSync, readFileSync } from 'node:fs';
import { usedBy } from '../cpu.ts';

/** CPU seconds so far of a process and those it has started, such as planners. */
export function cpuSecondsOf(pid: number): number {
  return treeOf(pid).reduce((sum, each) => sum + usedBy(each), 0);
}

/** What a process and those it has started have in memory; pages that they share are counted for each. */
export function residentMbOf(pid: number): number {
  return treeOf(pid).reduce((sum, each) => sum + residentKb(each), 0) / 1_024;
}

/** See proc_tid_children(5): each thread of a process has started children of its own. */
function treeOf(pid: number): number[] {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );
  return [pid, ...children.flatMap(treeOf)];
}

/** See proc_pid_status(5); one that has ended, and is not yet collected, has no such line. */
function residentKb(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
}
