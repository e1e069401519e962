/** Sleep that can be cut short: a wake that comes while nobody sleeps ends the next sleep at once. */
export interface Wakeup {
  wake(): void;
  sleep(ms: number): Promise<void>;
}

/** Creates a wakeup that nobody has woken. */
export function createWakeup(): Wakeup {
  let woken = false;
  let awaken: (() => void) | undefined;

  return {
    wake() {
      woken = true;
      awaken?.();
    },
    async sleep(ms) {
      if (!woken) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms);
          awaken = () => {
            clearTimeout(timer);
            resolve();
          };
        });
        awaken = undefined;
      }
      woken = false;
    },
  };
}
