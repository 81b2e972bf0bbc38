/** Records from the microphone: asks for it, tells the level while it runs, gives back a wave. */
import { useCallback, useEffect, useRef, useState } from "react";
import { decoded, longest, type Wave } from "./wave";

export type RecorderState = "idle" | "asking" | "recording" | "finishing";

/** Why nothing could be recorded. */
export type RecorderProblem = "denied" | "noMicrophone" | "insecure" | "failed";

interface Running {
  stream: MediaStream;
  recorder: MediaRecorder;
  context: AudioContext;
  timer: ReturnType<typeof setInterval>;
}

export interface Recorder {
  state: RecorderState;
  /** How loud it is now, 0 to 1. */
  level: number;
  /** How long it has been recording, in milliseconds. */
  elapsed: number;
  problem?: RecorderProblem;
  start(): Promise<void>;
  stop(): void;
}

function problemOf(error: unknown): RecorderProblem {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "denied";
  if (name === "NotFoundError" || name === "NotReadableError") return "noMicrophone";
  return "failed";
}

export function useRecorder(onRecorded: (wave: Wave) => void): Recorder {
  const [state, setState] = useState<RecorderState>("idle");
  const [level, setLevel] = useState(0);
  const [elapsed, setElapsed] = useState(0);
  const [problem, setProblem] = useState<RecorderProblem>();
  const running = useRef<Running>(undefined);
  const gone = useRef(false);
  const told = useRef(onRecorded);
  told.current = onRecorded;

  const release = useCallback(() => {
    const { stream, context, timer } = running.current ?? {};
    if (timer) clearInterval(timer);
    for (const track of stream?.getTracks() ?? []) track.stop();
    void context?.close();
    running.current = undefined;
    setLevel(0);
  }, []);

  const stop = useCallback(() => {
    const { recorder } = running.current ?? {};
    if (recorder?.state === "recording") {
      setState("finishing");
      recorder.stop();
    }
  }, []);

  useEffect(() => {
    gone.current = false;
    return () => {
      gone.current = true;
      release();
    };
  }, [release]);

  const start = useCallback(async () => {
    setProblem(undefined);
    if (!navigator.mediaDevices) {
      setProblem("insecure");
      return;
    }
    setState("asking");
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      if (gone.current) {
        for (const track of stream.getTracks()) track.stop();
        return;
      }
      const context = new AudioContext();
      const analyser = context.createAnalyser();
      context.createMediaStreamSource(stream).connect(analyser);
      const window = new Float32Array(analyser.fftSize);
      const recorder = new MediaRecorder(stream);
      const parts: Blob[] = [];
      recorder.ondataavailable = (event) => parts.push(event.data);
      recorder.onstop = async () => {
        release();
        try {
          const wave = await decoded(new Blob(parts, { type: recorder.mimeType }));
          if (!gone.current) told.current(wave);
        } catch {
          setProblem("failed");
        }
        setState("idle");
      };
      const began = performance.now();
      const timer = setInterval(() => {
        analyser.getFloatTimeDomainData(window);
        setLevel(window.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0));
        const now = performance.now() - began;
        setElapsed(now);
        // A prompt must be shorter than this.
        if (now >= (longest - 1) * 1000) stop();
      }, 60);
      running.current = { stream, recorder, context, timer };
      setElapsed(0);
      recorder.start();
      setState("recording");
    } catch (error) {
      release();
      setProblem(problemOf(error));
      setState("idle");
    }
  }, [release, stop]);

  return { state, level, elapsed, problem, start, stop };
}
