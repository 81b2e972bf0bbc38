/** What the panel answers to an embedding page. */
import { expect, test } from "vitest";
import { instanceAnswers, localProvider, replyTo } from "./provider";

const answer = instanceAnswers({ region: "eu-central-1", origin: "https://cc.test" });
const reply = (message: object) => replyTo(message as never, answer, "connection", 5, 1);

test.each([
  [{ type: "cross-domain-site-ready" }, { type: "acknowledge", connectionId: "connection", healthCheckInterval: 0 }],
  [
    { type: "request", namespace: "aws.connect.contact", command: "contact/getInstanceDetails", requestId: "r" },
    { type: "response", requestId: "r", isError: false, data: { region: "eu-central-1", origin: "https://cc.test" } },
  ],
  [
    { type: "request", namespace: "aws.connect.voice", command: "holdSelf", requestId: "r" },
    { type: "response", requestId: "r", isError: true, command: "holdSelf" },
  ],
  [{ type: "healthCheck" }, { type: "healthCheckResponse", time: 5, counter: 1 }],
])("%o is answered", (message, expected) => {
  expect(reply(message)).toMatchObject(expected);
});

test("subscriptions are taken without a word", () => {
  expect(reply({ type: "subscribe" })).toBeUndefined();
});

test("our own page asks the same provider without a channel", async () => {
  const proxy = localProvider(answer).getProxy() as { request(namespace: string, command: string): Promise<unknown> };
  await expect(proxy.request("aws.connect.contact", "contact/getInstanceDetails")).resolves.toMatchObject({
    region: "eu-central-1",
  });
  await expect(proxy.request("aws.connect.contact", "contact/transfer")).rejects.toThrow("contact/transfer");
});
