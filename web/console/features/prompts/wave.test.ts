import { expect, test } from "vitest";
import { clock, cropped, peaks, seconds, wavFile } from "./wave";

const wave = { rate: 10, samples: Float32Array.from([0, 0.5, -1, 0.25, 2, -2, 0, 0, 0.1, 0]) };

test("a part is cut at the nearest samples and never outside", () => {
  expect(seconds(wave)).toBe(1);
  expect([...cropped(wave, 0.1, 0.3).samples]).toEqual([0.5, -1]);
  expect(cropped(wave, -1, 9).samples.length).toBe(10);
  expect(cropped(wave, 0.5, 0.2).samples.length).toBe(0);
});

test("peaks are the greatest magnitudes of equal parts", () => {
  expect(peaks(wave, 2)).toEqual([2, 2]);
  expect(peaks(wave, 5).map((one) => Math.round(one * 100))).toEqual([50, 100, 200, 0, 10]);
  expect(peaks({ rate: 10, samples: new Float32Array() }, 2)).toEqual([0, 0]);
});

test("the file has its header, and samples beyond full are cut", async () => {
  const file = wavFile(wave);
  expect(file.type).toBe("audio/wav");
  const bytes = new DataView(await file.arrayBuffer());
  const text = (at: number) => String.fromCharCode(...[0, 1, 2, 3].map((index) => bytes.getUint8(at + index)));
  expect([text(0), text(8), text(36)]).toEqual(["RIFF", "WAVE", "data"]);
  expect([bytes.getUint32(4, true), bytes.getUint32(24, true), bytes.getUint32(40, true)]).toEqual([56, 10, 20]);
  expect([0, 1, 2, 4, 5].map((index) => bytes.getInt16(44 + index * 2, true))).toEqual([
    0, 16_384, -32_768, 32_767, -32_768,
  ]);
});

test("durations are read as on a clock", () => {
  expect([0, 400, 999, 1000, 59_600, 65_000, 299_000].map(clock)).toEqual([
    "0:00",
    "0:00.4",
    "0:01",
    "0:01",
    "1:00",
    "1:05",
    "4:59",
  ]);
});
