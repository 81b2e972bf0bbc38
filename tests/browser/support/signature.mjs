/** A call of the public API with Signature V4, as any program makes it. */
import { createHash, createHmac } from "node:crypto";

const sha = (text) => createHash("sha256").update(text).digest("hex");
const mac = (key, text) => createHmac("sha256", key).update(text).digest();

export class Refusal extends Error {
  constructor(status, type, message) {
    super(`${status} ${type}: ${message}`);
    this.status = status;
    this.type = type;
  }
}

export async function signedCall({ endpoint, accessKeyId, secretAccessKey, region }, method, path, body) {
  const url = new URL(endpoint + path);
  const text = body === undefined ? "" : JSON.stringify(body);
  const time = new Date().toISOString().replace(/[-:]|\.\d{3}/g, "");
  const scope = `${time.slice(0, 8)}/${region}/connect/aws4_request`;
  const headers = { host: url.host, "x-amz-content-sha256": sha(text), "x-amz-date": time };
  const names = Object.keys(headers).sort();
  const query = [...url.searchParams]
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .sort()
    .join("&");
  // Every service but one encodes the path once more in what it signs.
  const canonicalPath = url.pathname.split("/").map(encodeURIComponent).join("/");
  const canonical = [
    method,
    canonicalPath,
    query,
    ...names.map((name) => `${name}:${headers[name]}`),
    "",
    names.join(";"),
    sha(text),
  ].join("\n");
  const key = ["connect", "aws4_request"].reduce(mac, mac(mac(`AWS4${secretAccessKey}`, time.slice(0, 8)), region));
  const signature = createHmac("sha256", key)
    .update(["AWS4-HMAC-SHA256", time, scope, sha(canonical)].join("\n"))
    .digest("hex");
  const { host: _, ...sent } = headers;
  const response = await fetch(url, {
    method,
    headers: {
      ...sent,
      ...(text ? { "content-type": "application/json" } : {}),
      authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names.join(";")}, Signature=${signature}`,
    },
    ...(text ? { body: text } : {}),
  });
  const answer = await response.text();
  const parsed = answer ? JSON.parse(answer) : {};
  if (response.ok) return parsed;
  throw new Refusal(response.status, response.headers.get("x-amzn-errortype"), parsed.Message ?? parsed.message);
}
