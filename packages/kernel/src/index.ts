export * from './bounded-map.ts';
export * from './clock.ts';
export * from './errors.ts';
export * from './id.ts';
export * from './money.ts';
export * from './refusal.ts';
export * from './viewer.ts';
