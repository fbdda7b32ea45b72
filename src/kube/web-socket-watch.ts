import type { Reply, RequestContext } from '../registry/contract.js';

/** Tells whether a request wants to go on over WebSocket. */
export function asksForWebSocket({ headers }: Pick<RequestContext, 'headers'>): boolean {
  const { upgrade } = headers;
  return typeof upgrade === 'string' && upgrade.toLowerCase() === 'websocket';
}

/**
 * A watch whose events are text messages instead of lines of a body, as browsers take them.
 *
 * Differs from Kubernetes: the real one refuses clients that send no Origin, which only browsers do.
 *
 * @see kubernetes/apiserver pkg/endpoints/handlers/watch.go HandleWS
 */
export function watchOverWebSocket({ body }: Reply): Reply {
  const events = body as AsyncIterable<Buffer>;
  return {
    status: 101,
    session: {
      kind: 'messages',
      ending: 'close frame',
      run: async ({ gone, send }) => {
        const source = events[Symbol.asyncIterator]();
        const leave = (): void => void source.return?.();
        gone.addEventListener('abort', leave);
        for (;;) {
          const next = await source.next();
          if (next.done === true || gone.aborted) break;
          for (const line of next.value.toString('utf8').split('\n'))
            if (line !== '') await send(`${line}\n`);
        }
        leave();
      },
    },
  };
}
