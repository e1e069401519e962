export { startOrder } from './app.ts';
export type { OrderConfig } from './config.ts';
export { orderSchema } from './graphql/schema.ts';
