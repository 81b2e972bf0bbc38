/** Somebody else's site: pages on an origin of their own with the unmodified client libraries. */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const packageFile = createRequire(import.meta.url);
const library = (name, file) => readFileSync(join(dirname(packageFile.resolve(`${name}/package.json`)), file));

const scripts = {
  "/streams.js": library("amazon-connect-streams", "release/connect-streams-min.js"),
  "/chat.js": library("amazon-connect-chatjs", "dist/amazon-connect-chat.js"),
  "/tasks.js": library("amazon-connect-taskjs", "dist/amazon-connect-task.js"),
};

const page = (title, sources) => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${title}</title>
<style>html, body, #panel { height: 100%; margin: 0 }</style>
${sources.map((source) => `<script src="${source}"></script>`).join("\n")}
</head><body><div id="panel"></div></body></html>`;

const pages = {
  "/customer": page("A shop", ["/chat.js"]),
  "/crm": page("A CRM", ["/streams.js", "/chat.js", "/tasks.js"]),
};

export class Host {
  static async start(hostname = "127.0.0.1") {
    const host = new Host();
    host.http = createServer((request, response) => {
      const { pathname } = new URL(request.url, "http://host");
      const script = scripts[pathname];
      const content = script ?? pages[pathname];
      if (!content) {
        response.writeHead(404).end();
        return;
      }
      response.writeHead(200, { "content-type": script ? "text/javascript" : "text/html; charset=utf-8" });
      response.end(content);
    });
    await new Promise((resume) => host.http.listen(0, hostname, resume));
    host.origin = `http://${hostname}:${host.http.address().port}`;
    return host;
  }

  async stop() {
    this.http.closeAllConnections();
    await new Promise((resume) => this.http.close(resume));
  }
}
