/** Who is signed in: the session routes of our own server. */

export interface Session {
  userId: string;
  username: string;
  displayName: string;
  instanceId: string;
  instanceArn: string;
  instanceAlias: string;
  region: string;
  accountId: string;
  permissions: string[];
  /** Whether this server has telephony. */
  calls: boolean;
  /** Seconds a contact is offered before it counts as missed. */
  offerSeconds: { chat: number; task: number };
  csrfToken: string;
}

/** The short-lived token the desk protocol uses, with its end in epoch milliseconds. */
export interface DeskToken {
  accessToken: string;
  expiration: number;
}

export type SignInResult =
  | { kind: "ok" }
  /** The password is right, but the browser does not give the session's cookie back. */
  | { kind: "withheld" }
  | { kind: "refused" }
  | { kind: "tooMany"; retryAfterSeconds: number }
  | { kind: "failed"; message: string };

/** A failed request to one of our own routes: HTTP status 0 means that nothing answered. */
export class ServerError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
    this.name = "ServerError";
  }
}

/** Sends JSON to one of our own routes and reads JSON back. */
export async function callServer<T>(path: string, init: RequestInit = {}): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, { credentials: "same-origin", cache: "no-store", ...init });
  } catch (cause) {
    throw new ServerError(0, cause instanceof Error ? cause.message : String(cause));
  }
  const text = await response.text();
  let body: unknown;
  try {
    body = text === "" ? {} : JSON.parse(text);
  } catch {
    body = {};
  }
  if (!response.ok) {
    const said = body as { message?: string; Message?: string };
    throw new ServerError(response.status, said.message ?? said.Message ?? response.statusText);
  }
  return body as T;
}

/** The session of this browser, or undefined when nobody is signed in. */
export async function readSession(): Promise<Session | undefined> {
  try {
    return await callServer<Session>("/auth/session");
  } catch (error) {
    if (error instanceof ServerError && error.status === 401) return undefined;
    throw error;
  }
}

/** A token for the desk protocol, or undefined when nobody is signed in. */
export async function readDeskToken(): Promise<DeskToken | undefined> {
  try {
    return await callServer<DeskToken>("/auth/authorize");
  } catch (error) {
    if (error instanceof ServerError && error.status === 401) return undefined;
    throw error;
  }
}

/** Signs in with a name and a password; the server answers with a cookie we cannot read. */
export async function signIn(username: string, password: string): Promise<SignInResult> {
  let response: Response;
  try {
    response = await fetch("/auth/login", {
      method: "POST",
      credentials: "same-origin",
      headers: { "content-type": "application/json" },
      // In a frame of another site's page the browser may only give a cookie back that was made for that page.
      body: JSON.stringify({ username, password, ...(window.parent === window ? {} : { embedded: true }) }),
    });
  } catch (cause) {
    return { kind: "failed", message: cause instanceof Error ? cause.message : String(cause) };
  }
  if (response.ok) return { kind: (await readSession().catch(() => true)) ? "ok" : "withheld" };
  const body = (await response.json().catch(() => ({}))) as { message?: string; retryAfter?: number };
  if (response.status === 401) return { kind: "refused" };
  if (response.status === 429) {
    const header = Number(response.headers.get("retry-after"));
    return { kind: "tooMany", retryAfterSeconds: Math.max(1, Math.ceil(body.retryAfter ?? (header || 30))) };
  }
  return { kind: "failed", message: body.message ?? response.statusText };
}

/** Ends the session of this browser. */
export async function signOut(session: Session): Promise<void> {
  await callServer("/auth/logout", { method: "POST", headers: { "x-switchroom-csrf": session.csrfToken } });
}

/** Where to go after signing in: only a path of our own site, with the fragment the browser kept for us. */
export function nextAfterSignIn(here: { search: string; hash: string; origin: string }): string {
  const wish = new URLSearchParams(here.search).get("next");
  if (!wish) return "/";
  let target: URL;
  try {
    target = new URL(wish, here.origin);
  } catch {
    return "/";
  }
  if (target.origin !== here.origin || target.pathname === "/login") return "/";
  return target.pathname + target.search + (target.hash || here.hash);
}
