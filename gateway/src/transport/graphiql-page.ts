import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import { createFetcher } from './graphiql-fetcher.ts';
import { createQueryPlanPanel } from './query-plan-panel.ts';

const WELCOME = `# This page speaks to the endpoint it came from.
# The schema is in the book on the left.
# Ctrl-Space completes, Ctrl-Enter runs.
#
# To sign in, put this under Headers below:
# { "Authorization": "Bearer <token>" }
#
# Subscriptions use a WebSocket at this address.

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
export function graphiqlPage({ showsPlans }: { showsPlans: boolean }): string {
  const options = { title: 'GraphiQL', defaultQuery: WELCOME, fetcher: FETCHER };
  // A function as the replacement, because a string's `$&` would have a meaning.
  const html = renderGraphiQL(options).replace(JSON.stringify(FETCHER), () => `(${createFetcher.toString()})()`);
  if (!showsPlans) return html;
  const panel = `<script>globalThis.queryPlanPanel = (${createQueryPlanPanel.toString()})();</script>`;
  const end = html.lastIndexOf('</body>');
  return html.slice(0, end) + panel + html.slice(end);
}
