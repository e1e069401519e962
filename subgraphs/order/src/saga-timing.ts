/** How long the steps of an order may take. */
export interface SagaTiming {
  /** For all holds of an order together, repetitions included. */
  holdWithinMs: number;
  /** For one question to a participant. */
  commandTimeoutMs: number;
  /** How long an answer waits for confirms, releases or undos, so that what the client reads next is settled. */
  settleWithinMs: number;
  /** How long a repeated request waits for the first to be decided. */
  replayWaitMs: number;
  /** By the database's clock: undecided after this, an order is rejected. Shorter than any hold lives. */
  decideWithinSeconds: number;
  /** How long holds live at the participants before they ask what became of the order. */
  holdSeconds: number;
  /** How long a saga belongs to its driver: longer than driving it takes. */
  leaseSeconds: number;
  /** How often to look for sagas that were left behind. */
  recoverEveryMs: number;
  /** For one question to the payment provider. */
  providerTimeoutMs: number;
  /** For having a payment opened, repetitions included. */
  authoriseWithinMs: number;
  /** By the database's clock: how long after the order it may be paid by card. Its holds live as long. */
  payWithinSeconds: number;
  /** How soon the provider is asked about a payment nobody has told us of; every time that is in vain doubles it. */
  lookAgainSeconds: number;
  /**
   * How long after a payment was stored it may turn up at the provider: longer than anybody still asks for it, and than
   * a request may be on its way.
   */
  lostRequestSeconds: number;
  /** How often to look for webhooks that are not processed. */
  webhooksEveryMs: number;
}

export const sagaTiming: SagaTiming = {
  holdWithinMs: 5_000,
  commandTimeoutMs: 2_000,
  settleWithinMs: 1_000,
  replayWaitMs: 1_500,
  decideWithinSeconds: 30,
  holdSeconds: 60,
  leaseSeconds: 10,
  recoverEveryMs: 1_000,
  providerTimeoutMs: 2_500,
  authoriseWithinMs: 3_500,
  payWithinSeconds: 15 * 60,
  lookAgainSeconds: 1,
  lostRequestSeconds: 120,
  webhooksEveryMs: 250,
};
