/** The sound that a prompt is to get. */
export type Sound =
  /** The server has it, or fetches it, by this address. */
  | { uri: string }
  /** It is made when it is needed, and uploaded. */
  | { make: () => Promise<Blob> };
