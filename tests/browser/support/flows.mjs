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

const queue = (id, arn, next) => step(id, "UpdateContactTargetQueue", { QueueId: arn }, next);
const transferToQueue = (id, next) =>
  step(id, "TransferContactToQueue", {}, undefined, {
    NextAction: next,
    Errors: ["QueueAtCapacity", "NoMatchingError"].map((ErrorType) => ({ NextAction: next, ErrorType })),
  });
const disconnect = (id) => step(id, "DisconnectParticipant", {});

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
