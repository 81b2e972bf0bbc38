/** The administration console. */
export {};
