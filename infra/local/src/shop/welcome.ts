import type { Shop } from './start-shop.ts';

/** What a person needs to know when everything is ready. */
export function welcome({ gatewayUrl }: Shop): string {
  const wsUrl = gatewayUrl.replace(/^http/, 'ws');
  return `
  Shopgraph is ready:  ${gatewayUrl}   (GraphiQL in a browser; subscriptions at ${wsUrl})

  Accounts             admin@shop.test / admin-password-1          (ADMIN)
                       shopper1@shop.test … shopper50@shop.test / shopper-password-1

  Three things to try
    1. a query         curl -s ${gatewayUrl} -H 'content-type: application/json' \\
                         -d '{"query":"{ products(first: 3, sort: PRICE_ASC) { nodes { name price { amount } } } }"}'
    2. a subscription  open the endpoint in a browser and run
                         subscription { couponSoldOut { soldOutAt couponEvent { title } } }
    3. the story       npm run demo          (in another terminal; it also makes 2. fire)

  What runs where: .local/run.json · logs: .local/logs · Ctrl-C stops everything.

`;
}
