import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readRunFile, runFilePath } from './run-file.ts';
import { createRunState } from './run-state.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'run-file-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

describe('run.json', () => {
  it('is not there before everything is ready', () => {
    const state = createRunState(dir);
    state.service('user', 0, { pid: 2, port: 4001 });
    expect(readRunFile(dir)).toBeNull();
  });

  it('says where everything is, in the form of the contract', () => {
    const state = createRunState(dir);
    state.server('mysql', { pid: 3, port: 13306 });
    state.mysqlAdmin('mysql://root:p%40ss@127.0.0.1:13306');
    state.server('redis', { pid: 4, port: 16379 });
    state.service('gateway', 0, { pid: 1, port: 4000 });
    state.service('user', 0, { pid: 2, port: 4001 });
    state.standIn('dataPlatform', { pid: 6, port: 4900 });
    state.publish('http://127.0.0.1:4000/graphql');
    expect(readRunFile(dir)).toMatchObject({
      pid: process.pid,
      gateway: { url: 'http://127.0.0.1:4000/graphql', instances: [{ pid: 1, port: 4000 }] },
      services: { user: { instances: [{ pid: 2, port: 4001 }] } },
      servers: {
        mysql: { instances: [{ pid: 3, port: 13306, role: 'primary' }], user: 'root', password: 'p@ss' },
        redis: { instances: [{ pid: 4, port: 16379 }] },
      },
      standIns: { dataPlatform: { pid: 6, port: 4900 } },
    });
  });

  it('has the new pid of a process that came back, is for its owner only, and leaves no half-written file', () => {
    const state = createRunState(dir);
    state.service('order', 0, { pid: 10, port: 4003 });
    state.publish('http://127.0.0.1:4000/graphql');
    state.service('order', 0, { pid: 11, port: 4003 });
    expect(readRunFile(dir)?.services.order?.instances).toEqual([{ pid: 11, port: 4003 }]);
    expect(statSync(runFilePath(dir)).mode & 0o077).toBe(0);
    expect(readdirSync(dir)).toEqual(['run.json']);
  });

  it('goes when the shop stops, and no late pid brings it back', () => {
    const state = createRunState(dir);
    state.publish('http://127.0.0.1:4000/graphql');
    state.remove();
    state.service('order', 0, { pid: 12, port: 4003 });
    expect(readRunFile(dir)).toBeNull();
  });
});
