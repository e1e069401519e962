export { type EventuallyOptions, eventually, patience } from './eventually.ts';
export { type GraphqlAnswer, type GraphqlClient, graphqlClient, type TypedDocument } from './graphql-client.ts';
export { type RunServers, runServers } from './run-servers.ts';
export type { TestRedisCluster } from './test-redis-cluster.ts';
export type { TestReplica } from './test-replica.ts';
export type { TestServer } from './test-server.ts';
export { startTestServers, type TestServerOptions, type TestServers } from './test-servers.ts';
export { type TestTokens, type TokenClaims, testTokens } from './test-tokens.ts';
export { withinTime } from './within-time.ts';
