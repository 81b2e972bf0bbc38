/** English texts of the page on which customers call. */
export const caller = {
  "caller.title": "Call us",
  "caller.lead": "You talk with us in this page. Your browser will ask whether it may use your microphone.",
  "caller.name": "Your name (if you like)",
  "caller.start": "Call us",
  "caller.again": "Call again",
  "caller.asking": "Please allow the use of your microphone…",
  "caller.calling": "Calling…",
  "caller.connected": "You are connected.",
  "caller.reconnecting": "The connection was lost. Trying again…",
  "caller.lasted": "Time",
  "caller.mute": "Mute",
  "caller.unmute": "Unmute",
  "caller.pad": "Key pad",
  "caller.hangUp": "Hang up",
  "caller.level": "Your microphone",
  "caller.mutedHint": "You are muted: nobody hears you.",
  "caller.ended.here": "You have hung up.",
  "caller.ended.there": "The call is over.",
  "caller.ended.lost": "The connection was lost. Check your network and call again.",
  "caller.endedAfter": "The call lasted {time}.",
  "caller.problem.noMicrophone": "No microphone was found. Connect one and call again.",
  "caller.problem.notAllowed":
    "The microphone may not be used. Allow it for this page in your browser's settings, then call again.",
  "caller.problem.microphoneBusy":
    "The microphone cannot be used, perhaps because another program has it. Close that program and call again.",
  "caller.problem.insecure":
    "This page was opened without encryption, so browsers give it no microphone. Open it with https.",
  "caller.problem.busy": "All our lines are busy. Please call again in a moment.",
  "caller.problem.noCalls": "Calls are not possible now. Please try again later, or write to us.",
  "caller.problem.other": "The call could not be made: {message}",
  "caller.problem.noSound": "The call has no sound: the network may block it. Try another network.",
};

export type CallerKey = keyof typeof caller;
