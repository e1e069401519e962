/** Tells a person what is being done, a line per step with the time it took. */
export interface Progress {
  say(line: string): void;
  /** Runs one step: a line when it is done, and one before when it takes longer than a moment. */
  step<T>(what: string, work: () => Promise<T>): Promise<T>;
}

const announceAfterMs = 700;

export function createProgress(write: (line: string) => void): Progress {
  const startedAt = Date.now();
  const say = (line: string): void => write(`${since(startedAt).padStart(8)}  ${line}`);
  return {
    say,
    async step(what, work) {
      const begunAt = Date.now();
      const announce = setTimeout(() => say(`… ${what}`), announceAfterMs);
      try {
        const result = await work();
        say(`✓ ${what} (${since(begunAt)})`);
        return result;
      } catch (error) {
        say(`✗ ${what} (${since(begunAt)})`);
        throw error;
      } finally {
        clearTimeout(announce);
      }
    },
  };
}

/** For callers that have nobody to tell, such as tests. */
export const silent: Progress = { say: () => {}, step: (_what, work) => work() };

export const printed: Progress = createProgress((line) => process.stdout.write(`${line}\n`));

function since(startedAt: number): string {
  return `${((Date.now() - startedAt) / 1000).toFixed(1)} s`;
}
