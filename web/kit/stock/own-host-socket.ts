/** Lets the stock libraries, which insist on `wss:` addresses, reach their own host when the page was loaded over plain http. */

interface SocketScope {
  WebSocket: typeof WebSocket;
  location: { protocol: string; host: string };
}

/**
 * Replaces `WebSocket` in the given scope so that `wss://<own host>` opens `ws://<own host>` on a plain-http page.
 * Other hosts and https pages are left alone. The body must stay self-contained: the build also prints it into the worker script.
 */
export function installOwnHostSocket(scope: SocketScope): void {
  if (scope.location.protocol !== "http:") return;
  const secure = `wss://${scope.location.host}/`;
  const plain = `ws://${scope.location.host}/`;
  scope.WebSocket = new Proxy(scope.WebSocket, {
    construct(target, args: [string | URL, (string | string[])?]) {
      const url = String(args[0]);
      const own = url.startsWith(secure) ? plain + url.slice(secure.length) : url;
      return args[1] === undefined ? new target(own) : new target(own, args[1]);
    },
  });
}
