/** Knows which supergraphs may still be in use by requests. */
export interface InFlight {
  /** For one request: what is served now is kept until the returned function is called. */
  hold(): () => void;
  /** Another one takes over: `end` is called once nobody can be using the one before. */
  takeOver(end: () => void): void;
  /** How many were taken over from and are still kept. */
  draining(): number;
  /** Waits for nobody any more. */
  close(): void;
}

interface Generation {
  holders: number;
  end: (() => void) | null;
  timer?: NodeJS.Timeout;
}

/** However long a request takes, an old supergraph is not kept for longer; its planner would be started again. */
const LONGEST_MS = 60_000;

/** A request may have begun before a switch and look at the supergraph after it, so old ones end in their order. */
export function createInFlight({ longestMs = LONGEST_MS } = {}): InFlight {
  let newest: Generation = { holders: 0, end: null };
  let generations = [newest];

  function sweep(): void {
    for (let [oldest] = generations; oldest?.end && oldest.holders === 0; [oldest] = generations) {
      generations = generations.slice(1);
      clearTimeout(oldest.timer);
      oldest.end();
    }
  }

  return {
    hold() {
      const held = newest;
      let isHeld = true;
      held.holders += 1;
      return () => {
        if (!isHeld) return;
        isHeld = false;
        held.holders -= 1;
        sweep();
      };
    },
    takeOver(end) {
      const before = newest;
      before.end = end;
      before.timer = setTimeout(() => {
        before.holders = 0;
        sweep();
      }, longestMs).unref();
      newest = { holders: 0, end: null };
      generations = [...generations, newest];
      sweep();
    },
    draining: () => generations.length - 1,
    close() {
      for (const { timer } of generations) clearTimeout(timer);
    },
  };
}
