/** Flows that tests publish over the public API. */

const step = (Identifier, Type, Parameters, next, more = {}) => ({
  Identifier,
  Type,
  Parameters,
  Transitions: {
    ...(next ? { NextAction: next, Errors: [{ NextAction: next, ErrorType: "NoMatchingError" }] } : {}),
    ...more,
  },
});

export const say = (id, text, next) => step(id, "MessageParticipant", { Text: text }, next);
export const attributes = (id, values, next) =>
  step(id, "UpdateContactAttributes", { Attributes: values, TargetContact: "Current" }, next);
export const queue = (id, arn, next) => step(id, "UpdateContactTargetQueue", { QueueId: arn }, next);
export const transferToQueue = (id, next) =>
  step(id, "TransferContactToQueue", {}, undefined, {
    NextAction: next,
    Errors: ["QueueAtCapacity", "NoMatchingError"].map((ErrorType) => ({ NextAction: next, ErrorType })),
  });
export const disconnect = (id) => step(id, "DisconnectParticipant", {});

/** A menu by text: `choices` is a map from what is chosen to the next step. */
export const menu = (id, text, choices, otherwise, alias) =>
  step(
    id,
    "ConnectParticipantWithLexBot",
    { Text: text, LexV2Bot: { AliasArn: alias }, LexTimeoutSeconds: { Text: "300" } },
    undefined,
    {
      NextAction: otherwise,
      Conditions: Object.entries(choices).map(([choice, NextAction]) => ({
        NextAction,
        Condition: { Operator: "Equals", Operands: [choice] },
      })),
      Errors: ["InputTimeLimitExceeded", "NoMatchingCondition", "NoMatchingError"].map((ErrorType) => ({
        NextAction: otherwise,
        ErrorType,
      })),
    },
  );

/** Creates and publishes a flow; gives its id. */
export async function publish(server, name, actions) {
  const { ContactFlowId } = await server.api("PUT", `/contact-flows/${server.instanceId}`, {
    Name: name,
    Type: "CONTACT_FLOW",
    Content: JSON.stringify({
      Version: "2019-10-30",
      StartAction: actions[0].Identifier,
      Metadata: {},
      Actions: actions,
    }),
  });
  return ContactFlowId;
}

/** The queue of a fresh instance. */
export async function basicQueue(server) {
  const { QueueSummaryList } = await server.api("GET", `/queues-summary/${server.instanceId}`);
  return QueueSummaryList.find((one) => one.Name === "BasicQueue");
}

/** A flow that sends chats straight to the queue. */
export async function straightToQueue(server, name = "Straight to the queue") {
  const { Arn } = await basicQueue(server);
  return publish(server, name, [queue("Choose", Arn, "Wait"), transferToQueue("Wait", "End"), disconnect("End")]);
}
