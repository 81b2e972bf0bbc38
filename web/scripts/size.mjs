/** Fails when a page's first load grows past its budget: scripts and styles of the entry with everything it imports at once, gzipped. */
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { gzipSync } from "node:zlib";

const dist = resolve(import.meta.dirname, "../dist");

/** Budgets in kB gzipped. The desk pages carry the stock libraries, which are 290 kB of theirs. */
const budgets = {
  "index.html": 95,
  "login.html": 95,
  "chat.html": 235,
  "signed-in.html": 95,
  "ccp.html": 425,
  "workspace.html": 425,
  "console.html": 620,
};

const sizes = new Map();
function size(name) {
  if (!sizes.has(name)) sizes.set(name, gzipSync(readFileSync(resolve(dist, "assets", name))).length);
  return sizes.get(name);
}

/** Every asset that loads with a script before anything is shown: its static imports, and theirs. */
function withImports(name, seen) {
  if (seen.has(name)) return;
  seen.add(name);
  if (!name.endsWith(".js") || /^(connect-|desk-worker)/.test(name)) return;
  const text = readFileSync(resolve(dist, "assets", name), "utf8");
  for (const match of text.matchAll(/(?:from|import)\s*"\.\/([\w.-]+\.js)"/g)) withImports(match[1], seen);
}

let over = false;
for (const [page, budget] of Object.entries(budgets)) {
  const html = readFileSync(resolve(dist, page), "utf8");
  const seen = new Set();
  for (const match of html.matchAll(/(?:src|href)="\/assets\/([\w.-]+\.(?:js|css))"/g)) withImports(match[1], seen);
  const total = [...seen].reduce((sum, name) => sum + size(name), 0) / 1024;
  const verdict = total > budget ? "OVER" : "ok";
  over ||= total > budget;
  console.log(`${page.padEnd(16)} ${total.toFixed(0).padStart(5)} kB of ${budget} kB  ${verdict}`);
}
if (readdirSync(dist).length === 0) throw new Error("dist is empty: run the build first");
process.exit(over ? 1 : 0);
