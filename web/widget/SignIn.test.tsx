/** What a customer sees and does who is asked to sign in. */
import { ChatModel } from "@kit/chat/model";
import { act, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { FakeSession } from "../tests/fake-session";
import { WithTexts } from "../tests/i18n";
import { SignIn } from "./SignIn";
import type { CustomerChat } from "./session";

afterEach(() => void vi.restoreAllMocks());

function show(prepare: (session: FakeSession) => void = () => undefined) {
  const session = new FakeSession();
  prepare(session);
  const model = new ChatModel(session.asSession(), "me", { role: "CUSTOMER", displayName: "Ada" });
  const signInAnswered = vi.fn(async () => undefined);
  const features = { attachments: false, formatting: false };
  const chat: CustomerChat = { model, features, displayName: "Ada", signInAnswered, stop: () => undefined };
  render(
    <WithTexts>
      <SignIn chat={chat} sessionId="one" />
    </WithTexts>,
  );
  const answer = (state: string) =>
    act(() => {
      const data = { state, code: "c" };
      window.dispatchEvent(new MessageEvent("message", { data, origin: location.origin }));
    });
  return { session, signInAnswered, answer };
}

const button = () => screen.getByRole<HTMLButtonElement>("button", { name: "Sign in" });

test("the provider opens from the click, and its answer goes to the server once it is this chat's", async () => {
  const open = vi.spyOn(window, "open").mockReturnValue({} as Window);
  const { session, signInAnswered, answer } = show();
  await waitFor(() => expect(button().disabled).toBe(false));
  expect(session.addressesAskedFor).toEqual([{ sessionId: "one", redirectUri: `${location.origin}/chat/signed-in` }]);
  await userEvent.click(button());
  expect(open.mock.calls[0]?.[0]).toBe("https://id.example.com/?state=one.secret");
  answer("another.secret");
  expect(signInAnswered).not.toHaveBeenCalled();
  answer("one.secret");
  expect(signInAnswered).toHaveBeenCalledWith({ state: "one.secret", code: "c" });
  expect(screen.getByRole("status").textContent).toContain("being checked");
});

test("an answer that the server does not take can be given again", async () => {
  const { signInAnswered, answer } = show();
  signInAnswered.mockRejectedValueOnce(new Error("no network"));
  await waitFor(() => expect(button().disabled).toBe(false));
  answer("one.secret");
  expect((await screen.findByRole("alert")).textContent).toContain("no network");
  expect(button().disabled).toBe(false);
});

test("without an address the customer may try again, or go on without", async () => {
  const { session } = show((one) => {
    one.failSigningIn = true;
  });
  expect((await screen.findByRole("alert")).textContent).toContain("no provider");
  expect(button().disabled).toBe(true);
  session.failSigningIn = false;
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  await waitFor(() => expect(button().disabled).toBe(false));
  await userEvent.click(screen.getByRole("button", { name: "Continue without signing in" }));
  expect(session.declined).toEqual(["one"]);
});
