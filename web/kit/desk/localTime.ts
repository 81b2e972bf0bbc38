/** Times in the form that inputs of the browser take. */

/** The local date and time in the form a `datetime-local` input takes. */
export function localInput(at: number): string {
  const local = new Date(at - new Date(at).getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}
