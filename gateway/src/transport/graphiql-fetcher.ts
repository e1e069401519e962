import type { DocumentNode } from 'graphql';

interface Params {
  query: string;
  operationName?: string | null;
  variables?: unknown;
}

interface Options {
  headers?: Record<string, string>;
  documentAST?: DocumentNode;
}

/** The panel beside GraphiQL, where plans are shown. */
interface Panel {
  isOpen(): boolean;
  show(plan: unknown): void;
}

interface Observer {
  next(result: unknown): void;
  error(error: unknown): void;
  complete(): void;
}

/**
 * Runs in the browser, as text: it must not use anything from outside itself. Speaks HTTP, and for subscriptions
 * graphql-transport-ws with the headers as the payload of `connection_init`.
 */
export function createFetcher() {
  const isSubscription = ({ operationName }: Params, { documentAST }: Options) =>
    documentAST?.definitions.some(
      (definition) =>
        definition.kind === 'OperationDefinition' &&
        definition.operation === 'subscription' &&
        (!operationName || definition.name?.value === operationName),
    ) ?? false;

  const overHttp = async (params: Params, { headers }: Options) => {
    const { queryPlanPanel: panel } = globalThis as { queryPlanPanel?: Panel };
    const asksForPlan = panel?.isOpen() && params.operationName !== 'IntrospectionQuery';
    const response = await fetch(globalThis.location.pathname, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
      body: JSON.stringify(asksForPlan ? { ...params, extensions: { queryPlan: true } } : params),
    });
    const answer = await response.json();
    if (!asksForPlan) return answer;
    // The panel shows it, and shows it better.
    const { queryPlan, ...extensions } = answer.extensions ?? {};
    panel?.show(queryPlan);
    return { ...answer, extensions: Object.keys(extensions).length > 0 ? extensions : undefined };
  };

  const overWebSocket = (params: Params, { headers }: Options) => ({
    subscribe(observer: Observer) {
      const here = new URL(globalThis.location.href);
      const url = `${here.protocol === 'https:' ? 'wss:' : 'ws:'}//${here.host}${here.pathname}`;
      const socket = new WebSocket(url, 'graphql-transport-ws');
      const send = (message: object) => socket.send(JSON.stringify(message));
      let isOver = false;
      const end = (tell: () => void) => {
        if (!isOver) tell();
        isOver = true;
        socket.close();
      };
      socket.onopen = () => send({ type: 'connection_init', payload: headers ?? {} });
      socket.onclose = ({ code, reason }) => end(() => observer.error(new Error(`Closed with ${code} ${reason}`)));
      socket.onmessage = ({ data }) => {
        const { type, payload } = JSON.parse(String(data));
        if (type === 'connection_ack') send({ type: 'subscribe', id: '1', payload: params });
        if (type === 'ping') send({ type: 'pong' });
        if (type === 'next') observer.next(payload);
        if (type === 'error') observer.next({ errors: payload });
        if (type === 'error') end(() => observer.complete());
        if (type === 'complete') end(() => observer.complete());
      };
      return { unsubscribe: () => end(() => {}) };
    },
  });

  return (params: Params, options: Options = {}) =>
    isSubscription(params, options) ? overWebSocket(params, options) : overHttp(params, options);
}
