interface Entry<H> {
  state: 'HELD' | 'CONFIRMED' | 'RELEASED' | 'UNDONE';
  /** Null in a tombstone. */
  hold: H | null;
}

type Effects<H> = Record<'hold' | 'confirm' | 'release' | 'undo', (hold: H) => void>;

/** What a participant remembers of each order, tombstones included; every step has its effect once. */
export class OrderBook<H> {
  readonly #entries = new Map<string, Entry<H>>();
  readonly #effects: Effects<H>;

  constructor(effects: Effects<H>) {
    this.#effects = effects;
  }

  has(orderId: string): boolean {
    return this.#entries.has(orderId);
  }

  isReleased(orderId: string): boolean {
    return this.#entries.get(orderId)?.state === 'RELEASED';
  }

  hold(orderId: string, hold: H): void {
    if (this.has(orderId)) return;
    this.#entries.set(orderId, { state: 'HELD', hold });
    this.#effects.hold(hold);
  }

  confirm(orderId: string): 'CONFIRMED' | 'NOT_HELD' {
    const entry = this.#entries.get(orderId);
    if (entry === undefined || entry.state === 'RELEASED') return 'NOT_HELD';
    if (entry.state === 'HELD') this.#move(entry, 'CONFIRMED', this.#effects.confirm);
    return 'CONFIRMED';
  }

  release(orderId: string): 'RELEASED' | 'ALREADY_CONFIRMED' {
    const entry = this.#entries.get(orderId);
    if (entry === undefined) this.#entries.set(orderId, { state: 'RELEASED', hold: null });
    else if (entry.state === 'HELD') this.#move(entry, 'RELEASED', this.#effects.release);
    else if (entry.state !== 'RELEASED') return 'ALREADY_CONFIRMED';
    return 'RELEASED';
  }

  /** What was taken and is given back, or null when nothing was. */
  undo(orderId: string): H | null {
    const entry = this.#entries.get(orderId);
    if (entry === undefined || entry.state === 'HELD' || entry.state === 'RELEASED') return null;
    if (entry.state === 'CONFIRMED') this.#move(entry, 'UNDONE', this.#effects.undo);
    return entry.hold;
  }

  #move(entry: Entry<H>, state: Entry<H>['state'], effect: (hold: H) => void): void {
    entry.state = state;
    if (entry.hold !== null) effect(entry.hold);
  }
}
