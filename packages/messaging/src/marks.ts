/** The header of what an operator has published again; its value says when. */
export const REPUBLISHED = 'Shop-Republished';

/**
 * Names the one consumer a dead letter is given back to: it goes through the event's own stream, and every other consumer
 * has had the event already.
 */
export const REDRIVEN_FOR = 'Shop-Redriven-For';
