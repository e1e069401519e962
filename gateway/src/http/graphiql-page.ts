import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import { createFetcher } from './graphiql-fetcher.ts';

const WELCOME = `# This page speaks to the endpoint it came from.
#
# Documentation of the schema: the book on the left. Ctrl-Space completes, Ctrl-Enter runs.
# Sign in with a header, in the tab below:  { "Authorization": "Bearer <token>" }
# Subscriptions go over a WebSocket at the same address.

query WhatIsHere {
  __schema {
    queryType { name }
  }
}
`;

const FETCHER = 'fetcher goes here';

/**
 * GraphiQL in one page: scripts and styles come from node_modules, nothing from elsewhere. The package's own fetcher
 * leaves the headers out of WebSocket connections, hence ours.
 */
export function graphiqlPage(): string {
  const options = { title: 'GraphiQL', defaultQuery: WELCOME, fetcher: FETCHER };
  // A function as the replacement, because a string's `$&` would have a meaning.
  return renderGraphiQL(options).replace(JSON.stringify(FETCHER), () => `(${createFetcher.toString()})()`);
}
