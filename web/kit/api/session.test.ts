/** Signing in leads back to where the user wanted to be, and nowhere else. */
import { afterEach, expect, test, vi } from "vitest";
import { nextAfterSignIn, readSession, signIn } from "./session";

const origin = "https://cc.test";

test.each([
  ["?next=%2Fccp-v2%2F%3Fa%3D1", "#/chat", "/ccp-v2/?a=1#/chat"],
  ["?next=%2Fconsole%2Fusers%23top", "#other", "/console/users#top"],
  ["", "", "/"],
  ["?next=https%3A%2F%2Fevil.test%2F", "", "/"],
  ["?next=%2F%2Fevil.test", "", "/"],
  ["?next=javascript%3Aalert(1)", "", "/"],
  ["?next=%2Flogin", "", "/"],
])("next for %s%s", (search, hash, expected) => {
  expect(nextAfterSignIn({ search, hash, origin })).toBe(expected);
});

afterEach(() => vi.unstubAllGlobals());

function answer(status: number, body: object, headers = {}) {
  vi.stubGlobal("fetch", async () => new Response(JSON.stringify(body), { status, headers }));
}

test.each([
  [200, { user: {} }, { kind: "ok" }],
  [401, { message: "no" }, { kind: "refused" }],
  [429, { message: "slow", retryAfter: 12.2 }, { kind: "tooMany", retryAfterSeconds: 13 }],
  [500, { message: "broken" }, { kind: "failed", message: "broken" }],
])("sign-in answered with %i", async (status, body, expected) => {
  answer(status, body);
  await expect(signIn("ada", "secret")).resolves.toEqual(expected);
});

test("nobody signed in is no error, a broken server is", async () => {
  answer(401, {});
  await expect(readSession()).resolves.toBeUndefined();
  answer(500, { message: "broken" });
  await expect(readSession()).rejects.toThrow("broken");
});
