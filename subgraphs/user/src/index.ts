export { startUser } from './app.ts';
export type { UserConfig } from './config.ts';
export { userSchema } from './graphql/schema.ts';
