/** Markup of views: it looks as it should and does nothing. */
import { expect, test } from "vitest";
import { hasMarkup, renderMarkup, safeStyle } from "./markup";

const hostile = [
  `<script>window.ran = 1</script>`,
  `<img src=x onerror="window.ran = 1">`,
  `<svg onload="window.ran = 1"><script>window.ran = 1</script></svg>`,
  `<a href="javascript:window.ran = 1">x</a>`,
  `<a href=" java&#10;script:window.ran = 1">x</a>`,
  `<iframe srcdoc="<script>parent.ran = 1</script>"></iframe>`,
  `<p onclick="window.ran = 1" onmouseover=window.ran=1>x</p>`,
  `<style>body { display: none }</style>`,
  `<link rel=stylesheet href="https://evil.example/x.css">`,
  `<meta http-equiv=refresh content="0;url=https://evil.example">`,
  `<base href="https://evil.example/">`,
  `<form action="https://evil.example"><input name=a><button>x</button></form>`,
  `<object data="https://evil.example"></object><embed src="https://evil.example">`,
  `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=x onerror=window.ran=1&gt;">`,
  `<div style="position:fixed;inset:0;background:url(https://evil.example/x)">x</div>`,
  `<noscript><p title="</noscript><img src=x onerror=window.ran=1>"></noscript>`,
  `<details open ontoggle="window.ran = 1"><summary>x</summary></details>`,
  `<input autofocus onfocus="window.ran = 1">`,
];

test("nothing of a hostile text runs, loads or reaches out", async () => {
  const box = document.createElement("div");
  document.body.append(box);
  for (const text of hostile) {
    box.innerHTML = renderMarkup(text);
    expect(
      box.querySelector("script, img, svg, iframe, style, link, meta, base, form, input, button, object, embed"),
    ).toBeNull();
    for (const element of box.querySelectorAll("*")) {
      for (const { name, value } of element.attributes) {
        expect(name.startsWith("on"), `${name} of ${text}`).toBe(false);
        expect(value, text).not.toMatch(/javascript:|evil\.example|position|url\(/i);
      }
      (element as HTMLElement).click();
    }
  }
  expect((window as { ran?: number }).ran).toBeUndefined();
  box.remove();
});

test("what guides use stays", () => {
  const html = renderMarkup(
    `<TextContent><table><tr><th style='font-weight:700;color:#077398'>Status</th></tr></table></TextContent>` +
      `<p style="font-style: italic; white-space: nowrap">This</p><ul><li>one</li></ul><a href="https://shop.example/a">here</a>`,
  );
  const box = document.createElement("div");
  box.innerHTML = html;
  expect(box.querySelector("th")?.style.fontWeight).toBe("700");
  expect(box.querySelector("p")?.getAttribute("style")).toBe("font-style: italic; white-space: nowrap");
  expect(box.querySelector("li")?.textContent).toBe("one");
  const link = box.querySelector("a");
  expect([link?.target, link?.rel]).toEqual(["_blank", "noopener noreferrer nofollow"]);
});

test.each([
  ["color: red; position: fixed", "color: red"],
  ["color: rgb(1 2 3 / 50%)", ""],
  ["color: rgb(1, 2, 3)", "color: rgb(1, 2, 3)"],
  ["background-color: url(https://evil.example)", ""],
  ["font-size: 900px", ""],
  ["font-size: 1.5em", "font-size: 1.5em"],
  ["padding: -20px", ""],
  ["padding: 100vh", ""],
  ["color: expression(alert(1))", ""],
  ["color: re\\64", ""],
  ["--x: 1; transform: scale(9)", ""],
  ["border: 1px solid #ccc; z-index: 9", "border: 1px solid #ccc"],
])("of the style %s there stays %s", (style, expected) => {
  expect(safeStyle(style)).toBe(expected);
});

test("plain text is told from markup", () => {
  expect(["a < b", "x <3", "<p>x", "a\nb", "</p>", "<!-- x"].map(hasMarkup)).toEqual([
    false,
    false,
    true,
    false,
    true,
    true,
  ]);
});
