/** Icons of the toolbar that the component library lacks. */

export const scissors = (
  <svg viewBox="0 0 16 16" aria-hidden="true" focusable="false">
    <path
      d="M2 2l9.500 8.500M2 14l9.500-8.500M11.500 3.500a2 2 0 1 0 2-2 2 2 0 0 0-2 2zM11.500 12.500a2 2 0 1 0 2-2 2 2 0 0 0-2 2z"
      fill="none"
      stroke="currentColor"
    />
  </svg>
);

export const clipboard = (
  <svg viewBox="0 0 16 16" aria-hidden="true" focusable="false">
    <path d="M5.500 3H3v11.500h10V3h-2.500M5.500 1.500h5v3h-5z" fill="none" stroke="currentColor" />
  </svg>
);
