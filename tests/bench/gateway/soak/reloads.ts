import { renameSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Mocks } from '../mocks/start.ts';
import { operations } from '../operations.ts';
import type { RunningArm } from '../running-arm.ts';

/** The gateway looks at its file once a second. */
const NOTICED_WITHIN_MS = 15_000;
const LOOK_EVERY_MS = 50;
const REQUEST_EVERY_MS = 25;
const FIELDS = JSON.stringify({ query: '{ __type(name: "User") { fields { name } } }' });

/** Two supergraphs that differ in one field. */
export interface Versions {
  /** Gives the gateway the other version and waits until it serves it. */
  reload(): Promise<void>;
}

export function twoVersions({ supergraph, supergraphPath }: Mocks, gateway: RunningArm): Versions {
  const versions = [supergraph('extend type User { nickname: String }'), supergraph()];
  let reloads = 0;
  return {
    async reload() {
      const version = reloads++ % 2;
      // In one step: the gateway shall never see half a file.
      writeFileSync(`${supergraphPath}.new`, versions[version] as string);
      renameSync(`${supergraphPath}.new`, supergraphPath);
      const hasNickname = version === 0;
      const deadline = Date.now() + NOTICED_WITHIN_MS;
      while ((await gateway.post(FIELDS)).includes('"nickname"') !== hasNickname) {
        if (Date.now() > deadline) throw new Error(`Reload ${reloads} was not served within ${NOTICED_WITHIN_MS} ms.`);
        await pause(LOOK_EVERY_MS);
      }
    },
  };
}

/** Sends the bench's operations, a few at a time, until it is stopped; a request that fails rejects `stop`. */
export function lightLoad(gateway: RunningArm, clients: number) {
  let requests = 0;
  let isStopped = false;
  const expected = new Map<string, string>();
  async function client(): Promise<void> {
    while (!isStopped) {
      for (const { name, body } of operations) {
        const text = await gateway.post(body);
        const right = expected.get(name) ?? text;
        expected.set(name, right);
        if (text !== right || text.includes('"errors"'))
          throw new Error(`${name} was answered ${text.slice(0, 1_000)}`);
        requests += 1;
        await pause(REQUEST_EVERY_MS);
      }
    }
  }
  const running = Promise.all(Array.from({ length: clients }, client));
  // Whoever stops the load hears of it; until then it is no unhandled rejection.
  running.catch(() => {});
  return {
    async stop(): Promise<number> {
      isStopped = true;
      await running;
      return requests;
    },
  };
}
