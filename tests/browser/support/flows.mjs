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

/** A flow that asks for a sign-in, sends who has signed in to the queue, and stays with everybody else. */
export async function signIn(server, { pool, client, minutes = "15" }, name = "Sign in") {
  const { Arn } = await basicQueue(server);
  const says = (id, Text, next) => step(id, "MessageParticipant", { Text }, next);
  return publish(server, name, [
    step(
      "Ask",
      "AuthenticateParticipant",
      { CognitoConfiguration: { UserPoolArn: pool, AppClientId: client }, TimeLimitMinutes: minutes },
      undefined,
      {
        NextAction: "In",
        Conditions: [{ NextAction: "Out", Condition: { Operator: "Equals", Operands: ["OptedOut"] } }],
        Errors: [
          { NextAction: "Late", ErrorType: "TimeLimitExceeded" },
          { NextAction: "Failed", ErrorType: "NoMatchingError" },
        ],
      },
    ),
    says("In", "Welcome, $.CustomerId.", "Choose"),
    says("Out", "You stay unknown.", "Stay"),
    says("Late", "That took too long.", "Stay"),
    says("Failed", "We could not find out who you are.", "Stay"),
    queue("Choose", Arn, "Wait"),
    transferToQueue("Wait", "End"),
    step("Stay", "Wait", { TimeLimitSeconds: "3600" }, undefined, {
      NextAction: "End",
      Conditions: [{ NextAction: "End", Condition: { Operator: "Equals", Operands: ["WaitCompleted"] } }],
      Errors: [{ NextAction: "End", ErrorType: "NoMatchingError" }],
    }),
    disconnect("End"),
  ]);
}
