/** The console's API client: the official SDK, pointed at our own origin and signed in by the session cookie. */
import { ConnectClient } from "@aws-sdk/client-connect";
import type { Session } from "@kit/api/session";

/** Makes a client whose requests carry the session instead of a signature. */
export function createClient(session: Session): ConnectClient {
  const client = new ConnectClient({
    endpoint: location.origin,
    region: session.region,
    // The SDK wants keys before it sends; the signature made with them is removed below.
    credentials: { accessKeyId: "session", secretAccessKey: "session" },
    maxAttempts: 2,
  });
  client.middlewareStack.add(
    (next) => (args) => {
      const request = args.request as { headers: Record<string, string> };
      delete request.headers.authorization;
      delete request.headers["x-amz-security-token"];
      request.headers["x-switchroom-csrf"] = session.csrfToken;
      return next(args);
    },
    { step: "deserialize", priority: "low", name: "switchroomSession" },
  );
  return client;
}

/** Reads every page of a list; `read` gets the token of the page to read. */
export async function everyPage<Page, Item>(
  read: (nextToken: string | undefined) => Promise<Page>,
  items: (page: Page) => Item[] | undefined,
): Promise<Item[]> {
  const all: Item[] = [];
  let token: string | undefined;
  do {
    const page = await read(token);
    all.push(...(items(page) ?? []));
    token = (page as { NextToken?: string }).NextToken || undefined;
  } while (token);
  return all;
}
