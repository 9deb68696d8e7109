import { statSync, writeFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isPublicAddress } from "../../daemon/deployments/address-guard.ts";
import { endpointOf } from "../../daemon/service/listen.ts";
import { scrub } from "../../daemon/service/log-file.ts";
import { createClient } from "../../protocol/client.ts";
import { startTestDaemon, type TestDaemon } from "../daemon/test-daemon.ts";

const otherToken = "b".repeat(43);
let subject: TestDaemon;
let address: URL;
beforeAll(async () => {
  const tokens = join(await import("node:os").then((os) => os.tmpdir()), `almanac-tokens-${process.pid}.json`);
  writeFileSync(tokens, JSON.stringify([{ tenant: "other", token: otherToken }]));
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
      ...{ method: "POST", path: `/api/v1/runs/${id}/cancel`, token: false },
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

test("secrets are blanked from the log, wherever they stand", () => {
  const line = "Bearer abcdefghij postgres://u:secret@h/db whsec_AbC-1 /login?code=xyz";
  expect(scrub(line)).not.toMatch(/abcdefghij|secret@|AbC-1|xyz/);
});

test("guessing tokens is slowed down, and does not lock the owner out", async () => {
  const guesses = Array.from({ length: 80 }, (_, guess) =>
    send({ token: false, headers: { authorization: `Bearer ${String(guess).padStart(43, "x")}` } }),
  );
  const codes = (await Promise.all(guesses)).map(({ code }) => code);
  expect(codes).toContain("too-many-failed-logins");
  expect((await send({})).status).toBe(200);
});
