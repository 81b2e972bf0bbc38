/** Hands the sign-in of a popup to our frames in the page that opened it, where the browser gives frames no cookie. */
import { callServer, readSession } from "../api/session";

const type = "switchroom-signed-in";

/** A window that other windows can be reached from: only its frames are looked at. */
type Opener = Pick<Window, "length"> & { [index: number]: Pick<Window, "postMessage"> };

/** In a popup, after signing in: tells our frames in the page that opened it. Frames of others hear nothing. */
export async function handOver(opener: Opener | null = window.opener, origin = location.origin): Promise<void> {
  if (!opener) return;
  try {
    const { ticket } = await callServer<{ ticket: string }>("/auth/ticket", { method: "POST" });
    for (let index = 0; index < opener.length; index += 1) opener[index]?.postMessage({ type, ticket }, origin);
  } catch {
    // The popup itself is signed in; a frame that hears nothing still has its own form.
  }
}

/** In a frame that nobody has signed in to: waits for a popup to hand its sign-in over. Returns the function that stops waiting. */
export function awaitHandOver(onSignedIn: () => void, scope: Window = window): () => void {
  if (scope.parent === scope) return () => undefined;
  const hear = (event: MessageEvent) => {
    if (event.origin !== scope.location.origin || event.data?.type !== type) return;
    void takeOver(String(event.data.ticket)).then((here) => here && onSignedIn());
  };
  scope.addEventListener("message", hear);
  return () => scope.removeEventListener("message", hear);
}

async function takeOver(ticket: string): Promise<boolean> {
  try {
    if (await readSession()) return true;
    await callServer("/auth/embed", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ ticket }),
    });
    return (await readSession()) !== undefined;
  } catch {
    return false; // The form is still there.
  }
}
