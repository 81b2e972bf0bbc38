/** How far ahead tasks may be scheduled. */

/** Furthest a task may be scheduled ahead, in milliseconds. */
export const furthestSchedule = 6 * 24 * 60 * 60 * 1000;
