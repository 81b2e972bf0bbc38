import { expect, test } from "vitest";
import { loudness } from "./level";

test.each([
  [[], 0],
  [[0, 0, 0, 0], 0],
  [[0.1, -0.1, 0.1, -0.1], 0.4],
  [[1, -1], 1],
])("%o is as loud as %f", (samples, level) => {
  expect(loudness(new Float32Array(samples))).toBeCloseTo(level);
});
