export { startProduct } from './app.ts';
export type { ProductConfig } from './config.ts';
export { productSchema } from './graphql/schema.ts';
