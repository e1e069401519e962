import { setTimeout as pause } from 'node:timers/promises';
import { readRunFile } from '@shop/local';
import type { TestServers } from '@shop/testkit';
import type { Dice } from './dice.ts';

/** Something that goes wrong under load, and how to make it so. */
export interface Fault {
  name: string;
  happen(): Promise<void>;
}

const VICTIMS = ['order', 'order', 'order', 'product', 'product', 'user', 'user', 'coupon', 'coupon', 'data-platform'];
const FAULTS = 8;
const LONGEST_CALM_MS = 300;
const OUTAGE_MS = 500;

/** Processes are killed and servers go away for a while: which, in what order and at what moments the dice decide. */
export function faultsOf(dir: string, { nats, mysql, redis }: TestServers, dice: Dice): Fault[] {
  const kills = VICTIMS.map((name) => ({ name, happen: async () => kill(dir, name) }));
  const outages = Object.entries({ nats, mysql, redis }).map(([name, server]) => ({
    name,
    async happen() {
      await server.stop();
      await pause(OUTAGE_MS);
      await server.start();
    },
  }));
  const chosen = dice.shuffle([...kills, ...outages]).slice(0, FAULTS);
  return chosen.map(({ name, happen }) => ({
    name,
    async happen() {
      await pause(dice.roll(LONGEST_CALM_MS));
      await happen();
    },
  }));
}

/** Without warning; its supervisor starts it again. */
function kill(dir: string, name: string): void {
  const pid = readRunFile(dir)?.services[name]?.instances[0]?.pid;
  if (!pid) throw new Error(`Nobody knows the process of ${name}.`);
  process.kill(pid, 'SIGKILL');
}
