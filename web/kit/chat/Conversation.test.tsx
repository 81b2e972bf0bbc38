/** What a person sees and does in a conversation. */
import { act, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { FakeSession } from "../../tests/fake-session";
import { WithTexts } from "../../tests/i18n";
import { Conversation } from "./Conversation";
import { contentTypes } from "./items";
import { ChatModel } from "./model";

function show(role: "AGENT" | "CUSTOMER" = "AGENT", formatting = false) {
  const session = new FakeSession();
  const model = new ChatModel(session.asSession(), "me", { role, displayName: "Me" });
  model.connected();
  render(
    <WithTexts>
      <Conversation
        model={model}
        writable
        answers={role === "CUSTOMER"}
        formatting={formatting}
        attachments
        footer={<p>over</p>}
      />
    </WithTexts>,
  );
  const arrive = (item: object) =>
    act(() =>
      session.fire("onMessage", {
        data: {
          AbsoluteTime: "2026-01-02T09:00:00Z",
          ParticipantId: "other",
          ParticipantRole: "CUSTOMER",
          DisplayName: "Ada",
          Type: "MESSAGE",
          ...item,
        },
      }),
    );
  return { session, model, arrive };
}

test("Enter sends, Shift+Enter does not", async () => {
  const { session } = show();
  await userEvent.type(screen.getByTestId("chat-input"), "one{Shift>}{Enter}{/Shift}two{Enter}");
  expect(session.sent).toMatchObject([{ contentType: "text/plain", message: "one\ntwo" }]);
  expect(screen.getByTestId("chat-input")).toHaveProperty("value", "");
});

test("a message longer than the limit cannot be sent and says by how much", async () => {
  show();
  await userEvent.click(screen.getByTestId("chat-input"));
  await userEvent.paste("x".repeat(1030));
  expect(screen.getByText("6 characters too many")).toBeTruthy();
  expect(screen.getByTestId("chat-send")).toHaveProperty("disabled", true);
});

test("a customer answers an offer once, and it closes", async () => {
  const { session, arrive } = show("CUSTOMER");
  const Content = JSON.stringify({
    templateType: "QuickReply",
    version: "1.0",
    data: { content: { title: "Which?", elements: [{ title: "Billing" }, { title: "Sales" }] } },
  });
  arrive({ Id: "offer", ContentType: contentTypes.interactive, Content });
  await userEvent.click(screen.getByRole("button", { name: "Billing" }));
  expect(session.sent).toMatchObject([{ contentType: contentTypes.interactiveResponse, message: "Billing" }]);
  expect(screen.getByRole("button", { name: "Sales" })).toHaveProperty("disabled", true);
});

test("an agent sees an offer but cannot answer it", () => {
  const { arrive } = show("AGENT");
  const Content = JSON.stringify({
    templateType: "Panel",
    version: "1.0",
    data: { content: { title: "Which?", elements: [{ title: "Billing" }] } },
  });
  arrive({ Id: "offer", ContentType: contentTypes.interactive, Content });
  expect(screen.getByRole("button", { name: "Billing" })).toHaveProperty("disabled", true);
});

test("the end of the chat takes the input away", () => {
  const { session } = show();
  act(() => session.fire("onEnded", {}));
  expect(screen.queryByTestId("chat-input")).toBeNull();
  expect(screen.getByText("over")).toBeTruthy();
});

test("a message that was not sent offers another try", async () => {
  const { session } = show();
  session.failSending = true;
  await userEvent.type(screen.getByTestId("chat-input"), "hello{Enter}");
  session.failSending = false;
  await userEvent.click(await screen.findByTestId("chat-resend"));
  expect(session.sent).toHaveLength(1);
  expect(screen.queryByTestId("chat-resend")).toBeNull();
});

test("formatting goes out as Markdown where it was agreed", async () => {
  const { session } = show("AGENT", true);
  await userEvent.type(screen.getByTestId("chat-input"), "**hi**{Enter}");
  expect(session.sent[0]?.contentType).toBe("text/markdown");
});

test("what was not sent cannot be sent again once the chat is over", async () => {
  const { session } = show();
  session.failSending = true;
  await userEvent.type(screen.getByTestId("chat-input"), "too late{Enter}");
  await screen.findByTestId("chat-resend");
  act(() => session.fire("onEnded", {}));
  expect(screen.queryByTestId("chat-resend")).toBeNull();
  expect(screen.getByText("too late")).toBeTruthy();
});
