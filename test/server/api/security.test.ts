import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { hostname } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isPublicAddress, resolvePublic } from "../../../daemon/server/deployments/address-guard.ts";
import { endpointOf } from "../../../daemon/server/service/listen.ts";
import { openLog, scrub } from "../../../daemon/server/service/log-file.ts";
import { createClient } from "../../../protocol/client.ts";
import { startTestDaemon, type TestDaemon } from "../test-daemon.ts";

const otherToken = "b".repeat(43);
let subject: TestDaemon;
let address: URL;
beforeAll(async () => {
  const tokens = join(await import("node:os").then((os) => os.tmpdir()), `almanac-tokens-${process.pid}.json`);
  writeFileSync(tokens, JSON.stringify([{ tenant: "other", token: otherToken }]), { mode: 0o600 });
  subject = await startTestDaemon({ tokens });
  address = new URL(subject.daemon.url);
});
afterAll(() => subject.close());

interface Attack {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  /** Sends the daemon's own token; true when left out. */
  readonly token?: boolean;
}

/** Sends a request as it is: unlike fetch, with any Host, any path, any header. */
function send({ method = "GET", path = "/api/v1/runs", headers = {}, body, token = true }: Attack) {
  const authorization = token ? { authorization: `Bearer ${subject.daemon.token}` } : {};
  return new Promise<{ status: number; code: string; headers: Record<string, unknown>; text: string }>(
    (resolve, reject) => {
      const { hostname, port } = address;
      const request = httpRequest({ hostname, port, path, method, headers: { ...authorization, ...headers } });
      request.on("error", reject);
      request.on("response", async (response) => {
        const text = (await response.toArray()).join("");
        let code = "";
        try {
          code = (JSON.parse(text) as { code?: string }).code ?? "";
        } catch {
          // Not a problem document.
        }
        resolve({ status: response.statusCode!, code, headers: response.headers, text });
      });
      request.end(body);
    },
  );
}

const json = { "content-type": "application/json" };

test.each<[string, Attack, number, string]>([
  ["DNS rebinding: a foreign Host", { headers: { host: "evil.example" } }, 403, "foreign-host"],
  [
    "DNS rebinding: our port under a foreign name",
    { headers: { host: "localhost.evil.example:80" } },
    403,
    "foreign-host",
  ],
  ["a foreign Host on a page", { path: "/login?code=x", headers: { host: "evil.example" } }, 403, "foreign-host"],
  ["CSRF: a foreign Origin", { headers: { origin: "https://evil.example" } }, 403, "foreign-origin"],
  ["CSRF: an opaque Origin", { headers: { origin: "null" } }, 403, "foreign-origin"],
  ["CSRF: another port of this machine", { headers: { origin: "http://127.0.0.1:1" } }, 403, "foreign-origin"],
  ["CSRF: a cross-site fetch without Origin", { headers: { "sec-fetch-site": "cross-site" } }, 403, "foreign-origin"],
  ["CSRF: a same-site fetch of another port", { headers: { "sec-fetch-site": "same-site" } }, 403, "foreign-origin"],
  ["no token", { token: false }, 401, "no-token"],
  ["a wrong token", { token: false, headers: { authorization: `Bearer ${"a".repeat(43)}` } }, 401, "no-token"],
  ["an empty token", { token: false, headers: { authorization: "Bearer " } }, 401, "no-token"],
  ["the token as a cookie", { token: false, headers: { cookie: "almanac=x" } }, 401, "no-token"],
  ["no token on metrics", { token: false, path: "/metrics" }, 401, "no-token"],
  ["no token on the docs", { token: false, path: "/api/v1/openapi.json" }, 401, "no-token"],
  ["no token where there is no route", { token: false, path: "/api/v1/nothing" }, 401, "no-token"],
  ["path traversal in a run's identifier", { path: "/api/v1/runs/..%2f..%2ftoken" }, 400, "invalid"],
  [
    "path traversal in a file's name",
    { path: `/api/v1/runs/run_${"0".repeat(22)}/files/..%2f..%2ftoken` },
    400,
    "invalid",
  ],
  [
    "an absolute path as a file's name",
    { path: `/api/v1/runs/run_${"0".repeat(22)}/files/%2fetc%2fpasswd` },
    400,
    "invalid",
  ],
  ["dot segments", { path: "/api/v1/../../etc/passwd" }, 404, "no-such-route"],
  ["a NUL byte in an identifier", { path: "/api/v1/runs/run_%00" }, 400, "invalid"],
  ["a broken escape", { path: "/api/v1/runs/%E0%A4%A" }, 400, "bad-request"],
  ["path traversal in a deployment's name", { path: "/api/v1/deployments/..%2f..%2fx" }, 400, "invalid"],
  ["SQL in a cursor", { path: "/api/v1/runs?after=run_'%20or%201=1--" }, 400, "invalid"],
  [
    "a form instead of JSON",
    { method: "POST", headers: { "content-type": "text/plain" }, body: "{}" },
    415,
    "media-type",
  ],
  ["a body without a type", { method: "POST", body: "{}" }, 415, "media-type"],
  ["broken JSON", { method: "POST", headers: json, body: '{"path":' }, 400, "bad-json"],
  ["an unknown key", { method: "POST", headers: json, body: '{"path":"/a","shell":"rm"}' }, 400, "invalid"],
  [
    "prototype pollution",
    { method: "POST", headers: json, body: '{"path":"/a","__proto__":{"admin":1}}' },
    400,
    "invalid",
  ],
  [
    "an oversized body",
    { method: "POST", headers: json, body: `{"path":"${"a".repeat(5e6)}"}` },
    413,
    "body-too-large",
  ],
  [
    "deep nesting",
    { method: "POST", headers: json, body: `{"path":${"[".repeat(2e5)}${"]".repeat(2e5)}}` },
    400,
    "invalid",
  ],
  [
    "a file that is no experiment",
    { method: "POST", headers: json, body: '{"path":"/etc/passwd"}' },
    422,
    "experiment",
  ],
  [
    "an experiment path with dot segments",
    { method: "POST", headers: json, body: '{"path":"/tmp/../etc/x.forecast.yaml"}' },
    422,
    "experiment",
  ],
  ["a method that a route lacks", { method: "TRACE" }, 404, "no-such-route"],
  ["DNS rebinding: our name with another port", { headers: { host: "localhost:1" } }, 403, "foreign-host"],
  [
    "CSRF: our host as a subdomain's Origin",
    { headers: { origin: "http://127.0.0.1.evil.example" } },
    403,
    "foreign-origin",
  ],
  [
    "CSRF: a form that sends JSON as a parameter",
    { method: "POST", headers: { "content-type": "multipart/form-data; boundary=x" }, body: "{}" },
    415,
    "media-type",
  ],
  [
    "CSRF: a media type that only begins like JSON",
    { method: "POST", headers: { "content-type": "application/jsonp" }, body: "{}" },
    415,
    "media-type",
  ],
  ["the token in the address", { token: false, path: "/api/v1/runs?token=x&access_token=y" }, 401, "no-token"],
  [
    "another scheme of authorization",
    { token: false, headers: { authorization: "Basic dXNlcjpwYXNz" } },
    401,
    "no-token",
  ],
  ["path traversal, encoded twice", { path: "/api/v1/runs/..%252f..%252ftoken" }, 400, "invalid"],
  ["path traversal with backslashes", { path: "/api/v1/runs/..%5c..%5ctoken" }, 400, "invalid"],
  ["path traversal in UTF-8 longer than needed", { path: "/api/v1/runs/%c0%ae%c0%ae" }, 400, "bad-request"],
  ["path traversal on a page", { path: "/runs/..%2f..%2ftoken" }, 400, "invalid"],
  [
    "a UNC path as a file's name",
    { path: `/api/v1/runs/run_${"0".repeat(22)}/files/%5c%5cevil%5cshare` },
    400,
    "invalid",
  ],
  ["a model's file by a path", { path: `/api/v1/runs/run_${"0".repeat(22)}/model/..%2f..%2ftoken` }, 400, "invalid"],
  ["a device of Windows as a deployment's name", { path: "/api/v1/deployments/nul.txt" }, 400, "invalid"],
  [
    "an experiment on a network share",
    { method: "POST", headers: json, body: JSON.stringify({ path: "\\\\evil\\share\\x.forecast.yaml" }) },
    422,
    "experiment",
  ],
  [
    "an experiment on a drive",
    { method: "POST", headers: json, body: JSON.stringify({ path: "C:\\x.forecast.yaml" }) },
    422,
    "experiment",
  ],
  [
    "an experiment by its file address",
    { method: "POST", headers: json, body: '{"path":"file:///tmp/x.forecast.yaml"}' },
    422,
    "experiment",
  ],
  ["a device as an experiment", { method: "POST", headers: json, body: '{"path":"/dev/zero"}' }, 422, "experiment"],
  [
    "an experiment with a NUL byte",
    { method: "POST", headers: json, body: '{"path":"/etc/passwd\\u0000.forecast.yaml"}' },
    422,
    "experiment",
  ],
  [
    "pollution by constructor",
    { method: "POST", headers: json, body: '{"path":"/a","constructor":{"prototype":{"admin":1}}}' },
    400,
    "invalid",
  ],
  ["a number too large", { method: "POST", headers: json, body: '{"path":"/a","priority":1e999}' }, 400, "invalid"],
  [
    "a lone surrogate in a path",
    { method: "POST", headers: json, body: '{"path":"/\\ud800.forecast.yaml"}' },
    422,
    "experiment",
  ],
  ["SQL in a filter", { path: "/api/v1/runs?state=queued'%20or%20'1'='1" }, 400, "invalid"],
  ["a list where a text belongs", { path: "/api/v1/runs?after=run_a&after=run_b" }, 400, "invalid"],
  ["a page without end", { path: "/api/v1/runs?limit=1e9" }, 400, "invalid"],
])("%s", async (_, attack, status, code) => {
  const answer = await send(attack);
  expect({ status: answer.status, code: answer.code }).toEqual({ status, code });
  expect(answer.headers["access-control-allow-origin"]).toBeUndefined();
  expect(answer.text).not.toMatch(/node_modules|\.ts:|root:/);
});

test("an alias bomb in an experiment is refused, and does not hold the daemon up", async () => {
  const levels = Array.from({ length: 12 }, (_, level) => `a${level + 1}: &a${level + 1} [${`*a${level},`.repeat(9)}]`);
  const text = `a0: &a0 [x]\n${levels.join("\n")}\n`;
  await expect(subject.client.createRun({ body: { path: subject.experiment("bomb"), text } })).rejects.toMatchObject({
    status: 422,
  });
});

test("the token's file is readable by its owner alone, and so is the data folder's database", () => {
  expect(statSync(subject.daemon.tokenFile).mode & 0o777).toBe(0o600);
});

test("security headers are set, and nothing says what serves", async () => {
  const { headers } = await send({ path: "/api/v1/health", token: false });
  expect(headers).toMatchObject({ "x-content-type-options": "nosniff", "cache-control": "no-store" });
  expect(headers["content-security-policy"]).toContain("default-src 'none'");
  expect(headers["x-powered-by"]).toBeUndefined();
});

test("a tenant's token opens nothing of another tenant", async () => {
  const { id } = await subject.run("plain");
  await subject.events(id);
  const other = createClient({ url: subject.daemon.url, token: otherToken });
  expect((await other.listRuns()).items).toEqual([]);
  const attempts = await Promise.allSettled([
    other.getRun({ params: { id } }),
    other.cancelRun({ params: { id } }),
    other.deleteRun({ params: { id } }),
    other.getForecast({ params: { id } }),
    other.getRunFile({ params: { id, file: "run.json" } }),
    other.deploy({ body: { name: "stolen", run: id } }),
    Array.fromAsync(other.runEvents({ params: { id } })),
  ]);
  for (const attempt of attempts) {
    expect(attempt).toMatchObject({ status: "rejected", reason: { status: 404 } });
  }
});

test("a tenant reads neither files of the machine nor another tenant's, by path, by source or through a snapshot", async () => {
  const other = createClient({ url: subject.daemon.url, token: otherToken });
  const path = subject.experiment("plain");
  await expect(other.createRun({ body: { path } })).rejects.toMatchObject({
    status: 422,
    message: /cannot be read here/,
  });
  await expect(other.putExperiment({ body: { path } })).rejects.toMatchObject({
    status: 422,
    message: /cannot be read here/,
  });
  const own = "experiment: x\ndata: {source: sales.csv, time: date, target: units}\nforecast: {horizon: 2}\n";
  const sent = await other.createSnapshot({ body: { name: "x", text: own, region: null, files: [] } });
  for (const source of ["/etc/passwd", "../../../local/runs/*/forecast.csv", "sub/../../x.csv"]) {
    const text = own.replace("sales.csv", JSON.stringify(source));
    const attempt = other.createRun({ body: { path: sent.path, text } });
    await expect(attempt).rejects.toMatchObject({ status: 422, message: /cannot be read here/ });
  }
  expect((await other.createRun({ body: { path: sent.path } })).state).toBe("queued");
});

test("a tenant finds no way out of its folder by patterns, links or devices in a source", async () => {
  const other = createClient({ url: subject.daemon.url, token: otherToken });
  const own = "experiment: y\ndata: {source: sales.csv, time: date, target: units}\nforecast: {horizon: 2}\n";
  const sent = await other.createSnapshot({ body: { name: "y", text: own, region: null, files: [] } });
  const sources = [
    "{../../../local,x}/runs/*/forecast.csv",
    "{/etc,x}/passwd",
    "[.][.]/[.][.]/token",
    "..\\/..\\/token",
    "a/../b.csv",
    "**/*.csv",
    "*.csv",
    "/dev/zero",
    "/proc/self/environ",
    "file:///etc/passwd",
    "http://169.254.169.254/latest/meta-data",
    "\\\\evil\\share\\a.csv",
    "C:\\Windows\\win.ini",
    "sub/link.csv",
    ".ssh",
  ];
  for (const source of sources) {
    for (const key of ["source", "future"]) {
      const data = { source: "sales.csv", time: "date", target: "units", [key]: source };
      const text = JSON.stringify({ experiment: "y", data, forecast: { horizon: 2 } });
      const attempt = other.createRun({ body: { path: sent.path, text } });
      await expect(attempt, source).rejects.toMatchObject({ status: 422, message: /cannot be read here/ });
    }
  }
});

test("a tenant of a shared daemon neither stops it, nor watches others, nor has it call private addresses", async () => {
  const other = createClient({ url: subject.daemon.url, token: otherToken });
  const attempts = await Promise.allSettled([
    other.stop(),
    other.createWebhook({ body: { url: "http://127.0.0.1:1/", allowPrivate: true } }),
    other.addRemote({ body: { name: "inside", url: "http://169.254.169.254", token: otherToken } }),
  ]);
  for (const attempt of attempts) {
    expect(attempt).toMatchObject({ status: "rejected", reason: { details: { code: "owner-only" } } });
  }
  const headers = { authorization: `Bearer ${otherToken}` };
  expect((await fetch(`${subject.daemon.url}/metrics`, { headers })).status).toBe(403);
  expect((await send({ path: "/api/v1/health", token: false })).status).toBe(200);
});

test("a key named __proto__ in data is a column like any other, and changes nothing", async () => {
  const { id } = await subject.run("plain");
  await subject.events(id);
  await subject.client.deploy({ body: { name: "polluted", run: id } });
  const rows = '[{"store":"1","date":"2026-01-01","units":4,"__proto__":{"admin":1},"constructor":"x"}]';
  const answer = await send({
    method: "POST",
    path: "/api/v1/deployments/polluted/predictions",
    headers: json,
    body: `{"rows":${rows}}`,
  });
  expect([200, 400]).toContain(answer.status);
  expect(({} as { admin?: number }).admin).toBeUndefined();
});

describe("the browser's session", () => {
  test("is opened once by a link, kept in a strict cookie, and good for pages", async () => {
    const { url } = await subject.client.createLoginLink();
    const first = await fetch(url, { redirect: "manual" });
    const cookie = first.headers.get("set-cookie")!;
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).toMatch(/SameSite=Strict/);
    expect((await fetch(url)).status).toBe(401);
    const headers = { cookie: cookie.split(";")[0]! };
    const { id } = await subject.run("plain");
    await subject.events(id);
    expect(await (await fetch(subject.daemon.url, { headers })).text()).toContain(`/runs/${id}`);
    const report = await fetch(`${subject.daemon.url}/runs/${id}`, { headers });
    expect(report.headers.get("content-security-policy")).toMatch(/^sandbox allow-scripts.*default-src 'none'/);
    const foreign = await send({
      method: "POST",
      path: `/api/v1/runs/${id}/cancel`,
      token: false,
      headers: { ...headers, origin: "http://127.0.0.1:9" },
    });
    expect(foreign.code).toBe("foreign-origin");
  });
});

test.each([
  ["127.0.0.1", false],
  ["10.1.2.3", false],
  ["172.31.255.255", false],
  ["192.168.0.1", false],
  ["169.254.169.254", false],
  ["100.64.0.1", false],
  ["0.0.0.0", false],
  ["255.255.255.255", false],
  ["::1", false],
  ["::", false],
  ["::ffff:127.0.0.1", false],
  ["::ffff:7f00:1", false],
  ["::127.0.0.1", false],
  ["fe80::1%eth0", false],
  ["fd00::1", false],
  ["64:ff9b::7f00:1", false],
  ["2002:7f00:1::", false],
  ["2001:0:7f00:1::", false],
  ["8.8.8.8", true],
  ["172.32.0.1", true],
  ["2606:4700:4700::1111", true],
])("address %s is public: %s", (ip, expected) => {
  expect(isPublicAddress(ip)).toBe(expected);
});

test.each([
  "http://127.0.0.1:1/",
  "http://localhost/",
  "http://2130706433/",
  "http://0x7f.1/",
  "http://017700000001/",
  "http://127.1/",
  "http://[::1]/",
  "http://[::ffff:127.0.0.1]/",
  "http://169.254.169.254/latest/meta-data/",
  "http://user:pass@10.0.0.1/",
  "http://0/",
  "http://[::ffff:7f00:1]/",
  "http://[fd00::1]/",
  "http://[fe80::1]/",
  "http://[64:ff9b::7f00:1]/",
  "http://[2002:7f00:1::]/",
  "http://127.0.0.1./",
  "http://①②⑦.0.0.1/",
  "http://0300.0250.0.1/",
  "http://100.64.0.1/",
  "http://localhost.localdomain./",
  `http://${hostname()}/`,
])("a webhook to %s is refused", async (url) => {
  await expect(subject.client.createWebhook({ body: { url } })).rejects.toMatchObject({ status: 422 });
});

test.each(["file:///etc/passwd", "gopher://x/", "ftp://example.com/"])(
  "a webhook to %s is no web address",
  async (url) => {
    await expect(subject.client.createWebhook({ body: { url } })).rejects.toMatchObject({ status: 400 });
  },
);

test("listening beyond loopback demands encryption and tokens", () => {
  expect(() => endpointOf({ listen: "0.0.0.0:80", behindProxy: false })).toThrow(/without encryption/);
  expect(() => endpointOf({ listen: "192.168.1.5:80", behindProxy: true })).toThrow(/tokens of its own/);
  expect(endpointOf({ listen: "0.0.0.0:80", behindProxy: true, tokens: "t" }).loopback).toBe(false);
  expect(endpointOf({ listen: "[::1]:80", behindProxy: false })).toMatchObject({ host: "::1", loopback: true });
});

test("a name that resolves to a public and to a private address is not called", async () => {
  const addresses = ["93.184.215.14", "10.0.0.7"].map((address) => ({ address, family: 4 }));
  const names = { resolve: async () => addresses };
  await expect(resolvePublic(new URL("https://two-faced.example/"), false, names.resolve)).rejects.toThrow(
    /private address/,
  );
  expect(await resolvePublic(new URL("https://two-faced.example/"), true, names.resolve)).toEqual(addresses[0]);
});

test("a log line stays one line, whatever a caller puts into it, and holds no secret", async () => {
  const path = join(subject.home, "logs", "attacked.log");
  const line = 'x\n{"level":30,"msg":"forged"}\r\n\u001b[2J';
  openLog(path).info(
    { error: `${line} Bearer ${"t".repeat(43)}`, remote: { token: "deep-token" }, cookie: "c00kie" },
    line,
  );
  const lines = readFileSync(path, "utf8").trimEnd().split("\n");
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0]!)).toMatchObject({ msg: line });
  expect(lines[0]).not.toMatch(/ttttt|deep-token|c00kie/);
  expect(lines[0]).not.toContain("\u001b");
});

test("everything in the data folder is the owner's alone, however open the folder around it is", async () => {
  chmodSync(subject.home, 0o755);
  const { id } = await subject.run("plain");
  await subject.events(id);
  const open = readdirSync(subject.home).filter((name) => {
    const { mode } = statSync(join(subject.home, name));
    return !/\.forecast\.yaml$/.test(name) && (mode & 0o077) !== 0;
  });
  expect(open).toEqual([]);
});

test("secrets are blanked from the log, wherever they stand", () => {
  const line = "Bearer abcdefghij postgres://u:secret@h/db whsec_AbC-1 /login?code=xyz";
  expect(scrub(line)).not.toMatch(/abcdefghij|secret@|AbC-1|xyz/);
  expect(scrub('"a http://host/x://u:p4ss@h,redis://:@h,s3://k:s3cr/et@b" v@w')).toBe(
    '"a http://host/x://u:[redacted]@h,redis://:@h,s3://k:[redacted]@b" v@w',
  );
});

test("guessing tokens is slowed down, and does not lock the owner out", async () => {
  const guesses = Array.from({ length: 80 }, (_, guess) =>
    send({ token: false, headers: { authorization: `Bearer ${String(guess).padStart(43, "x")}` } }),
  );
  const codes = (await Promise.all(guesses)).map(({ code }) => code);
  expect(codes).toContain("too-many-failed-logins");
  expect((await send({})).status).toBe(200);
});
