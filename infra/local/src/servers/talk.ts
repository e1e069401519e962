import { connect } from 'node:net';

/** Says something to a text protocol on this machine and resolves with what was heard when it matches. */
export function talk(port: number, words: string, expected: RegExp, timeoutMs = 1_000): Promise<string> {
  return new Promise((resolve, reject) => {
    let heard = '';
    const socket = connect({ port, host: '127.0.0.1', timeout: timeoutMs }, () => socket.write(words));
    const fail = (why: string): void => {
      socket.destroy();
      reject(new Error(`port ${port}: ${why}`));
    };
    socket.on('data', (bytes) => {
      heard += bytes.toString('latin1');
      if (!expected.test(heard)) return;
      socket.destroy();
      resolve(heard);
    });
    socket.on('timeout', () => fail('no answer in time'));
    socket.on('error', (error) => fail(error.message));
    socket.on('close', () => fail(`closed after ${JSON.stringify(heard.slice(0, 80))}`));
  });
}
