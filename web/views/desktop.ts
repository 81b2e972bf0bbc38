/** What an app in a desktop's frame says: that it is there, and that it goes on (11 §2.10). */

interface Scope {
  parent: Pick<Window, "postMessage">;
  addEventListener(type: "message", handler: (event: MessageEvent) => void): void;
}

/** Tells the desktop that the frame has come up, and answers its keep-alive until it ends the frame. */
export function answerDesktop(scope: Scope): void {
  if ((scope.parent as unknown) === scope) return;
  const id = `views-${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
  // Who may embed us is decided by the server's frame-ancestors; the message tells nothing.
  const acknowledge = () => scope.parent.postMessage({ event: "acknowledge", data: { id } }, "*");
  let ended = false;
  scope.addEventListener("message", ({ data, source }) => {
    if (source !== scope.parent || ended) return;
    if (data?.topic === "lifecycle.terminated") ended = true;
    else if (data?.event === "synchronize") acknowledge();
  });
  acknowledge();
}
