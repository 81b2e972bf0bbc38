// What a function finds around it, and how its handler is called. `host` is the server's side; functions never see it.
(host) => {
  "use strict";
  const { parse, stringify } = JSON;
  const wellFormed = (text) => String(text).toWellFormed();

  // ── errors ──
  const describe = (error) => {
    try {
      if (error !== null && typeof error === "object" && ("message" in error || error instanceof Error)) {
        const type = wellFormed(error.name ?? "Error");
        const message = wellFormed(error.message ?? "");
        const frames = typeof error.stack === "string" ? error.stack.split("\n") : [];
        const trace = frames.map((line) => wellFormed(line).trim()).filter((line) => line && !line.includes("(host)"));
        return { errorType: type, errorMessage: message, trace: [`${type}: ${message}`, ...trace.slice(0, 20)] };
      }
      const text = typeof error === "string" ? error : (stringify(error) ?? String(error));
      return { errorType: typeof error, errorMessage: wellFormed(text), trace: [] };
    } catch {
      return { errorType: "Error", errorMessage: "the error cannot be shown", trace: [] };
    }
  };
  let settled = false;
  const fail = (error) => {
    if (!settled) {
      settled = true;
      host.failed(stringify(describe(error)));
    }
  };
  const named = (name, message) => Object.assign(new Error(message), { name });
  const done = (value) => {
    if (settled) return;
    let text;
    try {
      text = stringify(value) ?? "null";
    } catch (error) {
      return fail(named("Runtime.MarshalError", `the answer is not JSON: ${error?.message}`));
    }
    settled = true;
    host.done(text);
  };

  // ── console ──
  const show = (value, depth = 0, seen = []) => {
    if (typeof value === "string") return depth === 0 ? value : stringify(value);
    if (typeof value === "function") return `[Function: ${value.name || "anonymous"}]`;
    if (typeof value === "bigint") return `${value}n`;
    if (typeof value !== "object" || value === null) return String(value);
    if (value instanceof Error) return describe(value).trace.join("\n    ");
    if (seen.includes(value)) return "[Circular]";
    if (depth > 4) return Array.isArray(value) ? "[Array]" : "[Object]";
    const inner = (one) => show(one, depth + 1, [...seen, value]);
    const cut = (list) => (list.length > 100 ? [...list.slice(0, 100), `… ${list.length - 100} more`] : list);
    if (value instanceof Date) return Number.isNaN(+value) ? "Invalid Date" : value.toISOString();
    if (value instanceof Map) return `Map(${value.size}) {${cut([...value].map(([k, v]) => `${inner(k)} => ${inner(v)}`)).join(", ")}}`;
    if (value instanceof Set) return `Set(${value.size}) {${cut([...value].map(inner)).join(", ")}}`;
    if (ArrayBuffer.isView(value)) return `${value.constructor.name}(${value.length ?? value.byteLength})`;
    if (Array.isArray(value)) return `[${cut(value.slice(0, 101).map(inner)).join(", ")}]`;
    return `{${cut(Object.keys(value).map((key) => `${key}: ${inner(value[key])}`)).join(", ")}}`;
  };
  const format = (first, ...rest) => {
    if (typeof first !== "string") return [first, ...rest].map((one) => show(one)).join(" ");
    const text = first.replace(/%([sdifjoOc%])/g, (whole, kind) => {
      if (kind === "%") return "%";
      if (rest.length === 0) return whole;
      const value = rest.shift();
      if (kind === "d" || kind === "i" || kind === "f") return String(Number(value));
      if (kind === "j") return stringify(value);
      return kind === "c" ? "" : show(value);
    });
    return [text, ...rest.map((one) => show(one))].join(" ");
  };
  const write = (level) => (...values) => {
    let text;
    try {
      text = format(...values);
    } catch (error) {
      text = `a value that cannot be shown: ${error?.message}`;
    }
    host.write(level, wellFormed(text));
  };
  const console = {
    log: write("INFO"), info: write("INFO"), dir: write("INFO"), warn: write("WARN"), error: write("ERROR"),
    debug: write("DEBUG"), trace: write("DEBUG"),
    assert: (condition, ...values) => condition || write("ERROR")("Assertion failed", ...values),
  };

  // ── timers ──
  let last = 0;
  const waiting = new Map();
  const setTimer = (repeat) => (callback, delay = 0, ...values) => {
    if (typeof callback !== "function") throw new TypeError("The callback must be a function");
    const id = ++last;
    const wait = Math.min(Math.max(Number(delay) || 0, repeat ? 1 : 0), 2 ** 31 - 1);
    waiting.set(id, { callback, values, wait, repeat });
    host.timer(id, wait);
    const handle = { ref: () => handle, unref: () => handle, hasRef: () => true, [Symbol.toPrimitive]: () => id };
    return handle;
  };
  const setTimeout = setTimer(false);
  const clearTimeout = (handle) => {
    if (handle !== undefined && handle !== null && waiting.delete(Number(handle))) host.cancel(Number(handle));
  };
  const setImmediate = (callback, ...values) => setTimeout(callback, 0, ...values);
  const fire = (id) => {
    const timer = waiting.get(id);
    if (!timer) return;
    if (timer.repeat) host.timer(id, timer.wait);
    else waiting.delete(id);
    try {
      timer.callback(...timer.values);
    } catch (error) {
      fail(error);
    }
  };

  // ── bytes ──
  // Bytes cross to the server as text with one character for each byte.
  const binary = (bytes) => {
    let text = "";
    for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode.apply(null, bytes.subarray(at, at + 8192));
    return text;
  };
  const bytesOf = (data) => {
    if (typeof data === "string") return host.encode(wellFormed(data));
    if (data instanceof ArrayBuffer) return new Uint8Array(data);
    if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    throw new TypeError("expected a string, a Buffer or a typed array");
  };
  class TextEncoder {
    get encoding() { return "utf-8"; }
    encode(text = "") { return host.encode(wellFormed(text)); }
  }
  class TextDecoder {
    constructor(label = "utf-8") {
      if (!/^utf-?8$/i.test(label)) throw new RangeError(`The encoding ${label} is not supported`);
    }
    get encoding() { return "utf-8"; }
    decode(bytes = new Uint8Array()) { return host.decode(binary(bytesOf(bytes))); }
  }
  const hexOf = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  class Buffer extends Uint8Array {
    static from(data, encoding = "utf8", length) {
      if (typeof data !== "string") {
        if (data instanceof ArrayBuffer) return new Buffer(data, Number(encoding) || 0, length);
        return Uint8Array.from.call(Buffer, data);
      }
      let bytes;
      switch (String(encoding).toLowerCase()) {
        case "utf8": case "utf-8": bytes = host.encode(wellFormed(data)); break;
        case "base64": case "base64url": bytes = host.unbase64(wellFormed(data)); break;
        case "hex": bytes = (data.match(/^([0-9a-f]{2})*/i)[0].match(/../g) ?? []).map((pair) => parseInt(pair, 16)); break;
        case "latin1": case "binary": case "ascii": bytes = Array.from(data, (c) => c.charCodeAt(0) & 255); break;
        default: throw new TypeError(`Unknown encoding: ${encoding}`);
      }
      return Uint8Array.from.call(Buffer, bytes);
    }
    static alloc(length, fill = 0) { return new Buffer(length).fill(fill); }
    static isBuffer(value) { return value instanceof Buffer; }
    static byteLength(data, encoding) { return typeof data === "string" ? Buffer.from(data, encoding).length : data.byteLength; }
    static concat(list, total = list.reduce((sum, one) => sum + one.length, 0)) {
      const all = Buffer.alloc(total);
      let at = 0;
      for (const one of list) {
        all.set(one.subarray(0, total - at), at);
        at += one.length;
        if (at >= total) break;
      }
      return all;
    }
    toString(encoding = "utf8", start = 0, end = this.length) {
      const part = this.subarray(start, end);
      switch (String(encoding).toLowerCase()) {
        case "utf8": case "utf-8": return host.decode(binary(part));
        case "base64": return host.base64(binary(part), false);
        case "base64url": return host.base64(binary(part), true);
        case "hex": return hexOf(part);
        case "latin1": case "binary": case "ascii": return binary(part);
        default: throw new TypeError(`Unknown encoding: ${encoding}`);
      }
    }
    slice(start, end) { return this.subarray(start, end); }
    equals(other) { return this.length === other.length && this.every((byte, at) => byte === other[at]); }
    toJSON() { return { type: "Buffer", data: Array.from(this) }; }
  }

  // ── addresses ──
  class URLSearchParams {
    #pairs = [];
    constructor(init = "") {
      if (typeof init === "string") this.#pairs = parse(host.pairs(wellFormed(init.replace(/^\?/, ""))));
      else for (const [name, value] of init[Symbol.iterator] ? init : Object.entries(init)) this.append(name, value);
    }
    append(name, value) { this.#pairs.push([String(name), String(value)]); }
    delete(name) { this.#pairs = this.#pairs.filter(([one]) => one !== String(name)); }
    get(name) { return this.#pairs.find(([one]) => one === String(name))?.[1] ?? null; }
    getAll(name) { return this.#pairs.filter(([one]) => one === String(name)).map(([, value]) => value); }
    has(name) { return this.#pairs.some(([one]) => one === String(name)); }
    set(name, value) { this.delete(name); this.append(name, value); }
    forEach(callback) { for (const [name, value] of this.#pairs) callback(value, name, this); }
    *entries() { yield* this.#pairs; }
    *keys() { for (const [name] of this.#pairs) yield name; }
    *values() { for (const [, value] of this.#pairs) yield value; }
    [Symbol.iterator]() { return this.entries(); }
    toString() { return host.query(stringify(this.#pairs)); }
  }
  class URL {
    #parts;
    constructor(text, base) {
      const parts = host.address(wellFormed(text), base === undefined ? "" : wellFormed(base));
      if (!parts) throw Object.assign(new TypeError("Invalid URL"), { code: "ERR_INVALID_URL", input: String(text) });
      this.#parts = parse(parts);
    }
    get searchParams() {
      const params = new URLSearchParams(this.#parts.search);
      const changed = () => {
        const query = params.toString();
        this.#parts = parse(host.address(`${this.#parts.bare}${query && `?${query}`}${this.#parts.hash}`, ""));
      };
      for (const name of ["append", "set", "delete"]) {
        params[name] = (...values) => { URLSearchParams.prototype[name].apply(params, values); changed(); };
      }
      return params;
    }
    get href() { return this.#parts.href; }
    get origin() { return this.#parts.origin; }
    get protocol() { return this.#parts.protocol; }
    get username() { return this.#parts.username; }
    get password() { return this.#parts.password; }
    get host() { return this.#parts.host; }
    get hostname() { return this.#parts.hostname; }
    get port() { return this.#parts.port; }
    get pathname() { return this.#parts.pathname; }
    get search() { return this.#parts.search; }
    get hash() { return this.#parts.hash; }
    toString() { return this.href; }
    toJSON() { return this.href; }
  }

  // ── fetch ──
  class AbortSignal {
    aborted = false;
    reason = undefined;
    onabort = null;
    #listeners = [];
    static timeout(delay) {
      const signal = new AbortSignal();
      setTimeout(() => signal.cancel(named("TimeoutError", "The operation was aborted due to timeout")), delay);
      return signal;
    }
    addEventListener(type, listener) { if (type === "abort") this.#listeners.push(listener); }
    removeEventListener(type, listener) { this.#listeners = this.#listeners.filter((one) => one !== listener); }
    throwIfAborted() { if (this.aborted) throw this.reason; }
    cancel(reason = named("AbortError", "This operation was aborted")) {
      if (this.aborted) return;
      this.aborted = true;
      this.reason = reason;
      const event = { type: "abort", target: this };
      this.onabort?.(event);
      for (const listener of this.#listeners) listener(event);
    }
  }
  class AbortController {
    signal = new AbortSignal();
    abort(reason) { this.signal.cancel(reason); }
  }
  class Headers {
    #map = new Map();
    constructor(init = {}) {
      const pairs = init instanceof Headers || Array.isArray(init) ? init : Object.entries(init);
      for (const [name, value] of pairs) this.append(name, value);
    }
    append(name, value) {
      const key = String(name).toLowerCase();
      this.#map.set(key, this.#map.has(key) ? `${this.#map.get(key)}, ${value}` : String(value));
    }
    set(name, value) { this.#map.set(String(name).toLowerCase(), String(value)); }
    get(name) { return this.#map.get(String(name).toLowerCase()) ?? null; }
    has(name) { return this.#map.has(String(name).toLowerCase()); }
    delete(name) { this.#map.delete(String(name).toLowerCase()); }
    forEach(callback) { for (const [name, value] of this) callback(value, name, this); }
    entries() { return this.#map.entries(); }
    keys() { return this.#map.keys(); }
    values() { return this.#map.values(); }
    [Symbol.iterator]() { return this.entries(); }
  }
  class Response {
    #bytes;
    constructor(body = "", { status = 200, statusText = "", headers = {}, url = "" } = {}) {
      this.#bytes = body === null ? new Uint8Array() : bytesOf(body);
      Object.assign(this, { status, statusText, url, headers: new Headers(headers), bodyUsed: false });
    }
    get ok() { return this.status >= 200 && this.status < 300; }
    #use() {
      if (this.bodyUsed) throw new TypeError("Body is unusable: Body has already been read");
      this.bodyUsed = true;
      return this.#bytes;
    }
    async text() { return host.decode(binary(this.#use())); }
    async json() { return parse(await this.text()); }
    async bytes() { return this.#use(); }
    async arrayBuffer() { const bytes = this.#use(); return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength); }
    clone() {
      const { status, statusText, headers, url } = this;
      return new Response(this.#bytes, { status, statusText, headers, url });
    }
  }
  const asked = new Map();
  const fetch = async (address, { method = "GET", headers = {}, body, signal, redirect = "follow" } = {}) => {
    signal?.throwIfAborted();
    const sent = new Headers(headers);
    if (body instanceof URLSearchParams) {
      if (!sent.has("content-type")) sent.set("content-type", "application/x-www-form-urlencoded;charset=UTF-8");
      body = body.toString();
    } else if (typeof body === "string" && !sent.has("content-type")) {
      sent.set("content-type", "text/plain;charset=UTF-8");
    }
    const id = ++last;
    const request = { address: wellFormed(address), method: String(method).toUpperCase(), redirect, headers: [...sent] };
    return await new Promise((resolve, reject) => {
      asked.set(id, { resolve, reject });
      signal?.addEventListener("abort", () => {
        if (asked.delete(id)) {
          host.abort(id);
          reject(signal.reason);
        }
      });
      const content = body === undefined || body === null ? undefined : binary(bytesOf(body));
      const refused = host.fetch(id, stringify(request), content);
      if (refused) {
        asked.delete(id);
        reject(new TypeError(`fetch failed: ${refused}`));
      }
    });
  };
  const fetched = (id, error, head, bytes) => {
    const call = asked.get(id);
    if (!asked.delete(id)) return;
    if (error) call.reject(new TypeError(`fetch failed: ${error}`));
    else call.resolve(new Response(bytes, parse(head)));
  };

  // ── crypto ──
  const random = (length) => Buffer.from(host.random(length));
  const randomUUID = () => host.uuid();
  const digesting = (algorithm, key) => {
    const parts = [];
    const it = {
      update(data, encoding) {
        parts.push(typeof data === "string" ? Buffer.from(data, encoding) : bytesOf(data));
        return it;
      },
      digest(encoding) {
        const made = host.digest(String(algorithm).toLowerCase(), key, binary(Buffer.concat(parts)));
        if (!made) throw new Error(`Digest method not supported: ${algorithm}`);
        return encoding ? Buffer.from(made).toString(encoding) : Buffer.from(made);
      },
    };
    return it;
  };
  const getRandomValues = (array) => {
    bytesOf(array).set(host.random(array.byteLength));
    return array;
  };
  const crypto = {
    randomUUID, getRandomValues, randomBytes: random,
    createHash: (algorithm) => digesting(algorithm, undefined),
    createHmac: (algorithm, key) => digesting(algorithm, binary(bytesOf(key))),
    timingSafeEqual: (a, b) => {
      const [one, other] = [bytesOf(a), bytesOf(b)];
      if (one.length !== other.length) throw new RangeError("Input buffers must have the same byte length");
      let different = 0;
      for (let at = 0; at < one.length; at++) different |= one[at] ^ other[at];
      return different === 0;
    },
  };

  // ── modules ──
  const nextTick = (callback, ...values) => queueMicrotask(() => callback(...values));
  const process = {
    env: parse(host.environment()), nextTick, argv: ["node"], platform: "linux", version: "v22.0.0",
    versions: { node: "22.0.0" }, uptime: () => performance.now() / 1000, cwd: () => "/", on: () => process,
    exit: (code = 0) => { throw named("Runtime.ExitError", `the function left with exit status ${code}`); },
  };
  const promisify = (call) => (...values) => new Promise((resolve, reject) => {
    call(...values, (error, value) => (error ? reject(error) : resolve(value)));
  });
  const builtIn = {
    crypto,
    buffer: { Buffer },
    process,
    timers: { setTimeout, clearTimeout, setInterval: setTimer(true), clearInterval: clearTimeout, setImmediate },
    "timers/promises": { setTimeout: (delay, value) => new Promise((resolve) => setTimeout(resolve, delay, value)) },
    url: { URL, URLSearchParams },
    module: { createRequire: (base) => requireFrom(String(base).replace(/^file:\/\//, "")) },
    util: { format, inspect: (value) => show(value, 1), promisify, TextEncoder, TextDecoder },
  };
  const builtInOf = (name) => {
    const plain = name.replace(/^node:/, "");
    return Object.hasOwn(builtIn, plain) ? builtIn[plain] : undefined;
  };
  process.getBuiltinModule = builtInOf;
  const missing = (name) => Object.assign(
    named("Runtime.ImportModuleError", `Cannot find module '${name}'. Functions have their own files and ${Object.keys(builtIn).join(", ")}`),
    { code: "MODULE_NOT_FOUND" });
  const modules = new Map();
  const requireFrom = (base) => {
    const require = (name) => {
      const known = builtInOf(String(name));
      if (known) return known;
      const path = host.resolve(base, String(name));
      if (path === undefined) throw missing(name);
      return load(path);
    };
    require.resolve = (name) => host.resolve(base, String(name)) ?? name;
    return require;
  };
  const load = (path) => {
    if (modules.has(path)) return modules.get(path).exports;
    const module = { exports: {}, id: path, filename: path, loaded: false };
    modules.set(path, module);
    try {
      if (path.endsWith(".json")) module.exports = parse(host.source(path));
      else {
        const folder = path.slice(0, path.lastIndexOf("/")) || "/";
        host.compile(path).call(module.exports, module.exports, requireFrom(path), module, path, folder);
      }
    } catch (error) {
      modules.delete(path);
      throw error;
    }
    module.loaded = true;
    return module.exports;
  };

  Object.assign(globalThis, {
    console, process, Buffer, TextEncoder, TextDecoder, URL, URLSearchParams, fetch, Headers, Response, AbortController,
    AbortSignal, crypto, setTimeout, clearTimeout, setInterval: setTimer(true), clearInterval: clearTimeout, setImmediate,
    clearImmediate: clearTimeout, global: globalThis,
  });

  // ── the call ──
  const contextOf = (told) => ({
    ...told,
    callbackWaitsForEmptyEventLoop: false,
    getRemainingTimeInMillis: () => host.remaining(),
    succeed: done,
    fail,
    done: (error, value) => (error ? fail(error) : done(value)),
  });
  let promised = false;
  const start = async (entry, isModule, exportName, event, told) => {
    let handler;
    try {
      const exported = isModule ? await import(entry) : load(entry);
      handler = exported[exportName] ?? exported.default?.[exportName];
      if (typeof handler !== "function") {
        throw named("Runtime.HandlerNotFound", `${entry.slice(1)} exports no function '${exportName}'`);
      }
    } catch (error) {
      if (error instanceof SyntaxError) error.name = "Runtime.UserCodeSyntaxError";
      return fail(error);
    }
    try {
      const callback = (error, value) => (error ? fail(error) : done(value));
      const answer = handler(parse(event), contextOf(parse(told)), callback);
      if (typeof answer?.then === "function") {
        promised = true;
        done(await answer);
      } else if (answer !== undefined) done(answer);
    } catch (error) {
      fail(error);
    }
  };
  // Nothing is under way any more, so that nothing can settle the call.
  const drained = () => {
    if (promised) fail(named("Runtime.NeverSettled", "the handler waits for a promise that nothing can settle"));
    else done(null);
  };
  return { start, fire, fetched, drained };
}
