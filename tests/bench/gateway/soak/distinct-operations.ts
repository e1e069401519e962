import type { RunningArm } from '../running-arm.ts';

/** Sends operations `from` to `to`, no two of them alike. */
export async function sendDistinct(
  gateway: RunningArm,
  { from, to, clients, signal }: { from: number; to: number; clients: number; signal: AbortSignal },
): Promise<void> {
  let next = from;
  async function client(): Promise<void> {
    for (let number = next++; number < to; number = next++) {
      signal.throwIfAborted();
      const text = await gateway.post(bodyOf(number));
      if (!text.includes(`"mine${number}"`) || text.includes('"errors"'))
        throw new Error(`Operation ${number} was answered ${text.slice(0, 1_000)}`);
    }
  }
  await Promise.all(Array.from({ length: clients }, client));
}

const bodyOf = (number: number) => JSON.stringify({ query: `query Soak${number} { mine${number}: me { id name } }` });
