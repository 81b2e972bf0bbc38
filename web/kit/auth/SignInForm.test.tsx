/** The sign-in form says what is wrong and keeps what helps. */
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { WithTexts } from "../../tests/i18n";
import { SignInForm } from "./SignInForm";

afterEach(() => vi.unstubAllGlobals());

async function tryIn(status: number, body: object) {
  const fetched = vi.fn(async () => new Response(JSON.stringify(body), { status }));
  vi.stubGlobal("fetch", fetched);
  const done = vi.fn();
  render(
    <WithTexts>
      <SignInForm onSignedIn={done} />
    </WithTexts>,
  );
  await userEvent.type(screen.getByTestId("sign-in-username"), " ada ");
  await userEvent.type(screen.getByTestId("sign-in-password"), "secret{Enter}");
  return { fetched, done };
}

test("a good sign-in goes on, with the name trimmed", async () => {
  const { fetched, done } = await tryIn(200, {});
  expect(done).toHaveBeenCalledOnce();
  const [, init] = fetched.mock.calls[0] as unknown as [string, RequestInit];
  expect(JSON.parse(String(init.body))).toEqual({ username: "ada", password: "secret" });
});

test("a refused sign-in keeps the name and clears the password", async () => {
  const { done } = await tryIn(401, {});
  expect(screen.getByTestId("sign-in-problem").textContent).toContain("do not match");
  expect(screen.getByTestId("sign-in-username")).toHaveProperty("value", " ada ");
  expect(screen.getByTestId("sign-in-password")).toHaveProperty("value", "");
  expect(done).not.toHaveBeenCalled();
});

test("too many attempts say how long to wait", async () => {
  await tryIn(429, { retryAfter: 30 });
  expect(screen.getByTestId("sign-in-problem").textContent).toContain("30 seconds");
});
