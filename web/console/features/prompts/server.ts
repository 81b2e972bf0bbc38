/** What the console asks about sound beside the public operations: uploads, lengths, voices, speech. */
import { callServer, ServerError, type Session } from "@kit/api/session";

/** A file the server has taken and made ready. */
export interface Uploaded {
  /** Stands for the file where a prompt is created or changed. */
  S3Uri: string;
  DurationMilliseconds: number;
  Was: { Encoding: string; Rate: number; Channels: number };
}

const post = (session: Session, body: object): RequestInit => ({
  method: "POST",
  headers: { "content-type": "application/json", "x-switchroom-csrf": session.csrfToken },
  body: JSON.stringify(body),
});

/** The path of one of our own addresses, wherever the server says that it is reached. */
function pathOf(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname + search;
}

/** Uploads a sound; `progress` is told shares from 0 to 1. Fails with what is wrong with the file. */
export async function upload(
  session: Session,
  sound: Blob,
  progress: (share: number) => void = () => {},
): Promise<Uploaded> {
  const place = await callServer<{ UploadUrl: string; S3Uri: string }>(
    `/switchroom/prompt-uploads/${session.instanceId}`,
    post(session, {}),
  );
  const answer = await new Promise<Omit<Uploaded, "S3Uri">>((resolve, reject) => {
    // fetch does not tell how much was sent.
    const request = new XMLHttpRequest();
    request.open("PUT", pathOf(place.UploadUrl));
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) progress(event.loaded / event.total);
    };
    request.onerror = () => reject(new ServerError(0, ""));
    request.onload = () => {
      let body: { message?: string } & Partial<Uploaded> = {};
      try {
        body = JSON.parse(request.responseText);
      } catch {
        // Something on the way answered; its status says the most.
      }
      if (request.status === 200) resolve(body as Uploaded);
      else reject(new ServerError(request.status, body.message ?? request.statusText));
    };
    request.send(sound);
  });
  return { ...answer, S3Uri: place.S3Uri };
}

export interface Voice {
  Id: string;
  LanguageCode: string;
  Gender: "Female" | "Male";
}

export interface Voices {
  Voices: Voice[];
  DefaultVoiceId: string;
  /** Who speaks; absent where nobody can. */
  Engine?: string;
  /** Why nobody can, and what to do. */
  Unavailable?: string;
}

export const readVoices = (session: Session): Promise<Voices> => callServer(`/switchroom/voices/${session.instanceId}`);

/** Text in a voice, as a WAV file that callers would hear. */
export async function speak(session: Session, text: string, ssml: boolean, voice?: string): Promise<Blob> {
  const { Audio } = await callServer<{ Audio: string }>(
    `/switchroom/speech-preview/${session.instanceId}`,
    post(session, { Text: text, Interpretation: ssml ? "SSML" : "Text", ...(voice ? { VoiceId: voice } : {}) }),
  );
  const bytes = Uint8Array.from(atob(Audio), (letter) => letter.charCodeAt(0));
  return new Blob([bytes], { type: "audio/wav" });
}

/** Length and size of a prompt's sound; absent where it has none. */
export interface PromptMedia {
  PromptId: string;
  DurationMilliseconds?: number;
  Bytes?: number;
}

/** The sounds of all prompts, by prompt. */
export async function readMedia(session: Session): Promise<Map<string, PromptMedia>> {
  const all = new Map<string, PromptMedia>();
  let token: string | undefined;
  do {
    const page = await callServer<{ PromptMediaList: PromptMedia[]; NextToken?: string }>(
      `/switchroom/prompt-media/${session.instanceId}?maxResults=1000${token ? `&nextToken=${encodeURIComponent(token)}` : ""}`,
    );
    for (const one of page.PromptMediaList) all.set(one.PromptId, one);
    token = page.NextToken;
  } while (token);
  return all;
}

/** A flow or module that plays a prompt. */
export interface PromptUse {
  Id: string;
  Name: string;
  Kind: "FLOW" | "MODULE";
}

export const readUses = async (session: Session, id: string): Promise<PromptUse[]> =>
  (await callServer<{ Uses: PromptUse[] }>(`/switchroom/prompt-uses/${session.instanceId}/${id}`)).Uses;

/** The address of a presigned file on this page's own server. */
export const ownAddress = pathOf;
