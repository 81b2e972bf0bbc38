/** Sound in the browser: samples to a WAV file, cut, and its peaks for drawing. Pure, except for decoding. */

/** Sound in one channel, samples from -1 to 1. */
export interface Wave {
  samples: Float32Array;
  rate: number;
}

/** The longest prompt, in seconds, and the largest file, in bytes. */
export const longest = 300;
export const largest = 50 * 1024 * 1024;

export const seconds = (wave: Wave): number => wave.samples.length / wave.rate;

/** The part between two moments, in seconds. */
export function cropped(wave: Wave, from: number, to: number): Wave {
  const index = (second: number) => Math.round(Math.min(Math.max(second, 0), seconds(wave)) * wave.rate);
  return { rate: wave.rate, samples: wave.samples.slice(index(from), index(to)) };
}

/** The greatest magnitude of each of so many equal parts. */
export function peaks(wave: Wave, parts: number): number[] {
  const size = wave.samples.length / parts;
  return Array.from({ length: parts }, (_, part) => {
    let peak = 0;
    const end = Math.floor((part + 1) * size);
    for (let index = Math.floor(part * size); index < end; index += 1) {
      peak = Math.max(peak, Math.abs(wave.samples[index] ?? 0));
    }
    return peak;
  });
}

/** A WAV file of 16 bits. */
export function wavFile(wave: Wave): Blob {
  const bytes = new DataView(new ArrayBuffer(44 + wave.samples.length * 2));
  const text = (at: number, name: string) => {
    for (let index = 0; index < name.length; index += 1) bytes.setUint8(at + index, name.charCodeAt(index));
  };
  text(0, "RIFF");
  bytes.setUint32(4, bytes.byteLength - 8, true);
  text(8, "WAVEfmt ");
  bytes.setUint32(16, 16, true);
  bytes.setUint16(20, 1, true);
  bytes.setUint16(22, 1, true);
  bytes.setUint32(24, wave.rate, true);
  bytes.setUint32(28, wave.rate * 2, true);
  bytes.setUint16(32, 2, true);
  bytes.setUint16(34, 16, true);
  text(36, "data");
  bytes.setUint32(40, wave.samples.length * 2, true);
  wave.samples.forEach((sample, index) => {
    const level = Math.max(-1, Math.min(1, sample));
    bytes.setInt16(44 + index * 2, Math.round(level < 0 ? level * 32_768 : level * 32_767), true);
  });
  return new Blob([bytes.buffer], { type: "audio/wav" });
}

/** What a browser can play, as a wave of one channel. */
export async function decoded(blob: Blob): Promise<Wave> {
  const context = new AudioContext();
  try {
    const buffer = await context.decodeAudioData(await blob.arrayBuffer());
    const channels = Array.from({ length: buffer.numberOfChannels }, (_, index) => buffer.getChannelData(index));
    const samples = new Float32Array(buffer.length);
    for (const channel of channels) {
      channel.forEach((sample, index) => {
        samples[index] = (samples[index] ?? 0) + sample / channels.length;
      });
    }
    return { samples, rate: buffer.sampleRate };
  } finally {
    await context.close();
  }
}

/** Minutes and seconds, as `1:05`, or `0:00.4` for what is shorter than a second. */
export function clock(milliseconds: number): string {
  const all = milliseconds / 1000;
  const tenths = Math.round(all * 10);
  if (tenths > 0 && tenths < 10) return `0:00.${tenths}`;
  const whole = Math.round(all);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
