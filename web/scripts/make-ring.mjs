/** Writes the ring tone of the contact panel: two soft notes, a pause, 8 kHz 8-bit mono. */
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";

const rate = 8000;
const seconds = 3;
const notes = [
  { from: 0, to: 0.45, hertz: 587.33 },
  { from: 0.5, to: 0.95, hertz: 783.99 },
];
const samples = Buffer.alloc(rate * seconds, 128);
for (const { from, to, hertz } of notes) {
  for (let at = Math.round(from * rate); at < Math.round(to * rate); at += 1) {
    const time = at / rate;
    const fade = Math.min(1, (time - from) / 0.02, (to - time) / 0.15);
    samples[at] = 128 + Math.round(54 * fade * Math.sin(2 * Math.PI * hertz * time));
  }
}
const header = Buffer.alloc(44);
header.write("RIFF", 0);
header.writeUInt32LE(36 + samples.length, 4);
header.write("WAVEfmt ", 8);
header.writeUInt32LE(16, 16);
header.writeUInt16LE(1, 20);
header.writeUInt16LE(1, 22);
header.writeUInt32LE(rate, 24);
header.writeUInt32LE(rate, 28);
header.writeUInt16LE(1, 32);
header.writeUInt16LE(8, 34);
header.write("data", 36);
header.writeUInt32LE(samples.length, 40);
writeFileSync(resolve(import.meta.dirname, "../kit/desk/ring.wav"), Buffer.concat([header, samples]));
