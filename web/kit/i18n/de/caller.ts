/** German texts of the page on which customers call. */
export const caller = {
  "caller.title": "Anrufen",
  "caller.lead": "Sie sprechen auf dieser Seite mit uns. Ihr Browser wird fragen, ob er Ihr Mikrofon verwenden darf.",
  "caller.name": "Ihr Name (wenn Sie mögen)",
  "caller.start": "Anrufen",
  "caller.again": "Noch einmal anrufen",
  "caller.asking": "Bitte erlauben Sie die Verwendung Ihres Mikrofons…",
  "caller.calling": "Anruf läuft…",
  "caller.connected": "Sie sind verbunden.",
  "caller.reconnecting": "Die Verbindung ist abgerissen. Neuer Versuch…",
  "caller.lasted": "Dauer",
  "caller.mute": "Stummschalten",
  "caller.unmute": "Stummschaltung aufheben",
  "caller.pad": "Tastenfeld",
  "caller.hangUp": "Auflegen",
  "caller.level": "Ihr Mikrofon",
  "caller.mutedHint": "Sie sind stumm geschaltet: Niemand hört Sie.",
  "caller.ended.here": "Sie haben aufgelegt.",
  "caller.ended.there": "Der Anruf ist beendet.",
  "caller.ended.lost": "Die Verbindung ist abgerissen. Prüfen Sie Ihr Netz und rufen Sie noch einmal an.",
  "caller.endedAfter": "Der Anruf dauerte {time}.",
  "caller.problem.noMicrophone":
    "Es wurde kein Mikrofon gefunden. Schließen Sie eines an und rufen Sie noch einmal an.",
  "caller.problem.notAllowed":
    "Das Mikrofon darf nicht verwendet werden. Erlauben Sie es für diese Seite in den Einstellungen Ihres Browsers und rufen Sie noch einmal an.",
  "caller.problem.microphoneBusy":
    "Das Mikrofon kann nicht verwendet werden, vielleicht weil ein anderes Programm es hat. Schließen Sie dieses und rufen Sie noch einmal an.",
  "caller.problem.insecure":
    "Diese Seite wurde ohne Verschlüsselung geöffnet, darum gibt ihr der Browser kein Mikrofon. Öffnen Sie sie mit https.",
  "caller.problem.busy": "Alle Leitungen sind besetzt. Bitte rufen Sie gleich noch einmal an.",
  "caller.problem.noCalls":
    "Anrufe sind gerade nicht möglich. Bitte versuchen Sie es später noch einmal oder schreiben Sie uns.",
  "caller.problem.other": "Der Anruf kam nicht zustande: {message}",
  "caller.problem.noSound":
    "Der Anruf hat keinen Ton: Vielleicht sperrt ihn das Netz. Versuchen Sie es in einem anderen Netz.",
};
