/** The sum of a gateway's metrics whose lines look like this. */
export async function metricOf(gateway: { url: string }, pattern: RegExp): Promise<number> {
  const text = await (await fetch(gateway.url.replace('/graphql', '/metrics'))).text();
  const lines = text.split('\n').filter((line) => pattern.test(line));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

export const openSubscriptions = (gateway: { url: string }) => metricOf(gateway, /^gateway_subscriptions_open\{/);
