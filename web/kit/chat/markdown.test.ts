/** Formatted text keeps its formatting and loses everything that could run or load. */
import { expect, test } from "vitest";
import { renderMarkdown, splitLinks } from "./markdown";

test.each([
  ["**bold** and *italic*", "<strong>bold</strong>"],
  ["- one\n- two", "<li>two</li>"],
  ["1. one\n2. two", "<ol>"],
  ["line one\nline two", "<br>"],
])("%j is formatted", (text, part) => {
  expect(renderMarkdown(text)).toContain(part);
});

test("links open apart and tell nothing", () => {
  const html = renderMarkdown("[here](https://example.com)");
  expect(html).toContain('href="https://example.com"');
  expect(html).toContain('target="_blank"');
  expect(html).toContain("noopener");
});

test.each([
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "[x](javascript:alert(1))",
  "![x](https://tracker.test/pixel.gif)",
  '<a href="https://x.test" onclick="alert(1)">x</a>',
  "<iframe src=https://x.test></iframe>",
  "<style>*{display:none}</style>",
])("%s cannot run or load anything", (text) => {
  const box = document.createElement("div");
  box.innerHTML = renderMarkdown(text);
  expect(box.querySelectorAll("script, img, iframe, style, [onclick], [onerror], a[href^='javascript']")).toHaveLength(
    0,
  );
});

test("plain text is split at web addresses, without the full stop after them", () => {
  expect(splitLinks("See https://a.test/x?y=1. Thanks")).toEqual([
    { text: "See " },
    { text: "https://a.test/x?y=1", href: "https://a.test/x?y=1" },
    { text: ". Thanks" },
  ]);
});
