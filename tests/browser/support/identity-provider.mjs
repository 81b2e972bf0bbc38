/** A small OpenID Connect provider with a page on which the customer signs in, or does not want to. */
import { createHash, createSign, generateKeyPairSync, randomBytes } from "node:crypto";
import { createServer } from "node:http";

const base64 = (data) => Buffer.from(data).toString("base64url");

export class IdentityProvider {
  static async start(client) {
    const provider = new IdentityProvider();
    provider.client = client;
    provider.keys = generateKeyPairSync("rsa", { modulusLength: 2048 });
    provider.codes = new Map();
    /** Cuts the tie to the window that opened the page, as strict providers do. */
    provider.strict = false;
    provider.http = createServer((request, response) => {
      provider.answer(request, response).catch((error) => response.writeHead(500).end(String(error)));
    });
    await new Promise((resume) => provider.http.listen(0, "127.0.0.1", resume));
    provider.issuer = `http://127.0.0.1:${provider.http.address().port}`;
    return provider;
  }

  async stop() {
    this.http.closeAllConnections();
    await new Promise((resume) => this.http.close(resume));
  }

  async answer(request, response) {
    const { pathname, searchParams } = new URL(request.url, this.issuer);
    const json = (body, status = 200) =>
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    switch (pathname) {
      case "/.well-known/openid-configuration":
        return json({
          issuer: this.issuer,
          authorization_endpoint: `${this.issuer}/authorize`,
          token_endpoint: `${this.issuer}/token`,
          jwks_uri: `${this.issuer}/keys`,
        });
      case "/keys":
        return json({ keys: [{ ...this.keys.publicKey.export({ format: "jwk" }), kid: "one", use: "sig" }] });
      case "/authorize":
        return this.page(searchParams, response);
      case "/decide":
        return this.decide(searchParams, response);
      case "/token":
        return this.exchange(request, json);
      default:
        return json({}, 404);
    }
  }

  page(asked, response) {
    const link = (id, text) => `<a id="${id}" href="/decide?${asked}&decision=${id}">${text}</a>`;
    response
      .writeHead(200, {
        "content-type": "text/html",
        ...(this.strict ? { "cross-origin-opener-policy": "same-origin" } : {}),
      })
      .end(`<!doctype html><title>A provider</title>${link("yes", "Sign in as Cornelia")} ${link("no", "Cancel")}`);
  }

  decide(asked, response) {
    const back = new URL(asked.get("redirect_uri"));
    back.searchParams.set("state", asked.get("state"));
    if (asked.get("decision") === "yes") {
      const code = randomBytes(16).toString("hex");
      this.codes.set(code, asked);
      back.searchParams.set("code", code);
    } else {
      back.searchParams.set("error", "access_denied");
    }
    response.writeHead(302, { location: back.href }).end();
  }

  async exchange(request, json) {
    let text = "";
    for await (const chunk of request) text += chunk;
    const form = new URLSearchParams(text);
    const asked = this.codes.get(form.get("code"));
    const proof = createHash("sha256")
      .update(form.get("code_verifier") ?? "")
      .digest("base64url");
    if (!asked || proof !== asked.get("code_challenge") || form.get("client_id") !== this.client) {
      return json({ error: "invalid_grant" }, 400);
    }
    this.codes.delete(form.get("code"));
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: this.issuer,
      aud: this.client,
      sub: "cornelia-1",
      given_name: "Cornelia",
      nonce: asked.get("nonce"),
      iat: now,
      exp: now + 300,
    };
    const head = `${base64(JSON.stringify({ alg: "RS256", kid: "one" }))}.${base64(JSON.stringify(claims))}`;
    const mark = createSign("RSA-SHA256").update(head).sign(this.keys.privateKey, "base64url");
    return json({ access_token: "x", token_type: "Bearer", id_token: `${head}.${mark}` });
  }
}
