/** Builds the pages; the stock client libraries are shipped unmodified as scripts of their own. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, resolve } from "node:path";
import react from "@vitejs/plugin-react";
import { defineConfig, type HtmlTagDescriptor, type Plugin } from "vite";
import { installOwnHostSocket } from "./kit/stock/own-host-socket.ts";
import { serveOwnPage } from "./kit/stock/own-worker.ts";

const root = import.meta.dirname;
const packageFile = createRequire(import.meta.url);

const pages = ["index", "login", "console", "workspace", "ccp", "chat", "call", "signed-in", "views"];

/** Which stock scripts a page needs, in loading order. */
const stockOfPage: Record<string, ("streams" | "chat" | "task")[]> = {
  "ccp.html": ["streams", "chat", "task"],
  "workspace.html": ["streams", "chat", "task"],
  "chat.html": ["chat"],
  "views.html": ["chat"],
};

interface StockScript {
  url: string;
  body: string;
}

/** Reads a stock library and gives it a name that changes with its content. */
function stockScript(name: string, body: string): StockScript {
  const hash = createHash("sha256").update(body).digest("base64url").slice(0, 8);
  return { url: `/assets/${name}-${hash}.js`, body };
}

/** Ships amazon-connect-streams, amazon-connect-chatjs and the shared worker script beside our own bundles. */
function stockLibraries(): Plugin {
  const streamsBody = readFileSync(
    resolve(dirname(packageFile.resolve("amazon-connect-streams/package.json")), "release/connect-streams-min.js"),
    "utf8",
  );
  const chatBody = readFileSync(
    resolve(dirname(packageFile.resolve("amazon-connect-chatjs/package.json")), "dist/amazon-connect-chat.js"),
    "utf8",
  ).replace(/\n\/\/# sourceMappingURL=.*\s*$/, "\n");
  // Without it streams cannot give the connections of a task.
  const taskBody = readFileSync(
    resolve(dirname(packageFile.resolve("amazon-connect-taskjs/package.json")), "dist/amazon-connect-task.js"),
    "utf8",
  ).replace(/\n\/\/# sourceMappingURL=.*\s*$/, "\n");
  const scripts = {
    streams: stockScript("connect-streams", streamsBody),
    chat: stockScript("connect-chat", chatBody),
    task: stockScript("connect-task", taskBody),
    worker: stockScript(
      "desk-worker",
      `(${installOwnHostSocket.toString()})(self);\n(${serveOwnPage.toString()})(self);\n${streamsBody}\nconnect.worker.main();\n`,
    ),
  };
  return {
    name: "switchroom-stock-libraries",
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const script = Object.values(scripts).find((one) => one.url === request.url);
        if (!script) return next();
        response.setHeader("content-type", "text/javascript");
        response.end(script.body);
      });
    },
    transformIndexHtml(_html, context) {
      const page = context.path.replace(/^\//, "");
      const tags: HtmlTagDescriptor[] = (stockOfPage[page] ?? []).map((name) => ({
        tag: "script",
        attrs: { src: scripts[name].url, defer: true },
        injectTo: "head-prepend",
      }));
      if (stockOfPage[page]?.includes("streams")) {
        tags.push({
          tag: "meta",
          attrs: { name: "switchroom-desk-worker", content: scripts.worker.url },
          injectTo: "head-prepend",
        });
      }
      return tags;
    },
    generateBundle() {
      for (const script of Object.values(scripts)) {
        this.emitFile({ type: "asset", fileName: script.url.slice(1), source: script.body });
      }
    },
  };
}

/** A running Switchroom server that `npm run dev` forwards everything but pages to. */
const server = process.env.SWITCHROOM_URL ?? "http://127.0.0.1:8080";

export default defineConfig({
  root,
  appType: "mpa",
  plugins: [react(), stockLibraries()],
  resolve: { alias: { "@kit": resolve(root, "kit") } },
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2022",
    // Pages run under `script-src 'self'`: nothing may be inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    license: { fileName: "assets/licenses.md" },
    chunkSizeWarningLimit: 1200,
    rolldownOptions: {
      input: Object.fromEntries(pages.map((page) => [page, resolve(root, `${page}.html`)])),
    },
  },
  server: {
    proxy: Object.fromEntries(
      ["/auth", "/api", "/widget", "/participant"].map((path) => [path, { target: server, ws: true }]),
    ),
  },
});
