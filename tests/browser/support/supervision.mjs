/** Supervisors of a server: what has to be switched on for them, and how their monitoring begins. */

/** Switches on that supervisors may barge into chats. */
export async function enableBarge(server) {
  for (const name of ["ENHANCED_CHAT_MONITORING", "ENHANCED_CONTACT_MONITORING"]) {
    await server.api("POST", `/instance/${server.instanceId}/attribute/${name}`, { Value: "true" });
  }
}

/** Lets a user monitor a contact, with everything that can be allowed. */
export async function letMonitor(server, contactId, username) {
  const { UserSummaryList } = await server.api("GET", `/users-summary/${server.instanceId}`);
  return server.api("POST", "/contact/monitor", {
    InstanceId: server.instanceId,
    ContactId: contactId,
    UserId: UserSummaryList.find((one) => one.Username === username).Id,
    AllowedMonitorCapabilities: ["SILENT_MONITOR", "BARGE"],
  });
}
