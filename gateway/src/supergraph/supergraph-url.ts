import type { SupergraphSource } from './supergraph-source.ts';

export interface SupergraphUrlSettings {
  url: string;
  /** Sent as `Authorization: Bearer`. */
  token: string | null;
  pollMs: number;
  timeoutMs: number;
  maxBytes: number;
}

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 60_000;

/** SUPERGRAPH_URL. What has not changed is not sent again (ETag, https://www.rfc-editor.org/rfc/rfc9110#name-if-none-match). */
export function supergraphUrl({ url, token, pollMs, timeoutMs, maxBytes }: SupergraphUrlSettings): SupergraphSource {
  let etag: string | null = null;
  const longestRetryMs = Math.max(pollMs, LONGEST_RETRY_MS);

  return {
    name: `SUPERGRAPH_URL: ${withoutSecrets(url)}`,
    waits: true,
    async look(signal) {
      const response = await fetch(url, {
        headers: {
          accept: 'application/graphql, text/plain, */*;q=0.5',
          ...(token && { authorization: `Bearer ${token}` }),
          ...(etag && { 'if-none-match': etag }),
        },
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      });
      if (response.status === 304) return null;
      if (response.status !== 200) {
        await response.body?.cancel();
        throw new Error(`it answered ${response.status}`);
      }
      const text = await textOf(response, maxBytes);
      // Only a text that came whole is not asked for again.
      etag = response.headers.get('etag');
      return text;
    },
    // Many gateways poll one address: none of them may fall into step with the others.
    pauseMs: (failures) =>
      failures === 0
        ? pollMs * (0.9 + Math.random() * 0.2)
        : Math.min(longestRetryMs, FIRST_RETRY_MS * 2 ** Math.min(failures, 20)) * (0.5 + Math.random() * 0.5),
  };
}

async function textOf({ body }: Response, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // Leaving the loop early cancels the rest.
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw new Error(`it sends more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** For logs and `/readyz`: an address may hold a password or a signature. */
function withoutSecrets(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
