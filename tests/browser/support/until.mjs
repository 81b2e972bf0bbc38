/** Waiting for a condition with a deadline; the failure names what was still missing. */

/**
 * Looks until `look` gives something truthy, and gives that back.
 * `what` completes the sentence "still waiting for …"; `within` is in milliseconds.
 */
export async function until(what, look, within = 10_000) {
  const end = Date.now() + within;
  let problem;
  for (;;) {
    try {
      const found = await look();
      if (found) return found;
      problem = undefined;
    } catch (error) {
      problem = error;
    }
    if (Date.now() > end) {
      throw new Error(`still waiting for ${what} after ${within} ms${problem ? `: ${problem.message}` : ""}`);
    }
    await new Promise((resume) => setTimeout(resume, 15)); // between looks, bounded by the deadline
  }
}

/** A promise that must be kept within a time. */
export function within(milliseconds, what, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`still waiting for ${what} after ${milliseconds} ms`)), milliseconds);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
