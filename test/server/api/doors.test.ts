import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readTokens } from "../../../daemon/server/service/listen.ts";
import type { StoredEvent } from "../../../protocol/api/runs.ts";
import { type Client, createClient } from "../../../protocol/client.ts";
import { experimentText, startTestDaemon, type TestDaemon } from "../test-daemon.ts";

const otherToken = "o".repeat(43);
let folder: string;
let subject: TestDaemon;
let other: Client;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "almanac-doors-"));
  const tokens = join(folder, "tokens.json");
  writeFileSync(tokens, JSON.stringify([{ tenant: "other", token: otherToken }]), { mode: 0o600 });
  subject = await startTestDaemon({ tokens });
  other = createClient({ url: subject.daemon.url, token: otherToken });
});
afterAll(async () => {
  await subject.close();
  rmSync(folder, { recursive: true, force: true });
});

const status = async (path: string, headers: Record<string, string> = {}) =>
  (await fetch(`${subject.daemon.url}${path}`, { headers })).status;

test("callers without a token lock out neither probes, nor a login, nor the owner", async () => {
  const refused = [];
  for (let call = 0; call < 70; call++) refused.push(await status("/api/v1/runs"));
  expect(refused.at(0)).toBe(401);
  expect(refused.at(-1)).toBe(429);
  expect(await status("/api/v1/health")).toBe(200);
  expect(await status("/api/v1/ready")).toBe(200);
  const { url } = await subject.client.createLoginLink();
  expect((await fetch(url)).status).toBe(200);
  expect((await subject.client.listRuns()).items).toEqual([]);
});

test("the daemon's numbers are those of the caller's own runs and leases, and need a token", async () => {
  const lease = await subject.client.createLease({ body: { client: "test" } });
  expect((await subject.client.getInfo()).leases).toBe(1);
  expect(await other.getInfo()).toMatchObject({ tenant: "other", leases: 0, running: 0, queued: 0 });
  expect([401, 429]).toContain(await status("/api/v1/info"));
  await expect(other.renewLease({ params: { id: lease.id } })).rejects.toMatchObject({ status: 404 });
  await other.endLease({ params: { id: lease.id } });
  expect((await subject.client.getInfo()).leases).toBe(1);
  await subject.client.endLease({ params: { id: lease.id } });
  expect((await subject.client.getInfo()).leases).toBe(0);
});

test("events reach the listeners of their own tenant alone", async () => {
  const stop = new AbortController();
  const heard: StoredEvent[] = [];
  const listening = (async () => {
    for await (const event of other.allEvents({}, { signal: stop.signal, lastEventId: 0 })) heard.push(event);
  })().catch(() => undefined);
  const run = await subject.run("plain");
  await subject.events(run.id);
  const stored: StoredEvent[] = [];
  for await (const event of subject.client.allEvents({}, { lastEventId: 0 })) {
    stored.push(event);
    if (event.event.type === "run-state" && event.event.state === "finished") break;
  }
  expect(stored.length).toBeGreaterThan(2);
  // Its own event comes after all of those: it is the first that it hears.
  const folderOfOther = join(subject.home, "tenants/other/experiments");
  mkdirSync(folderOfOther, { recursive: true });
  const path = join(folderOfOther, "own.forecast.yaml");
  writeFileSync(path, experimentText("plain"));
  const own = await other.createRun({ body: { path } });
  await Array.fromAsync(other.runEvents({ params: { id: own.id } }));
  stop.abort();
  await listening;
  expect(heard.length).toBeGreaterThan(0);
  expect(new Set(heard.map(({ run: id }) => id))).toEqual(new Set([own.id]));
});

test("a stream's end has no number, so that a browser goes on where it was", async () => {
  const { id } = await subject.run("plain");
  await subject.events(id);
  const answer = await fetch(`${subject.daemon.url}/api/v1/runs/${id}/events`, {
    headers: { authorization: `Bearer ${subject.daemon.token}`, "last-event-id": "0" },
  });
  const text = await answer.text();
  const messages = text.split("\n\n").filter((message) => message.startsWith("id:") || message.startsWith("event:"));
  expect(messages.at(-1)).toBe("event: end\ndata: {}");
  const ids = messages.flatMap((message) => /^id: (\d+)/.exec(message)?.[1] ?? []);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.length).toBe(messages.length - 1);
});

test.skipIf(process.platform === "win32")(
  "a tokens file that others can read is refused, with the command that mends it",
  () => {
    const path = join(folder, "open.json");
    writeFileSync(path, JSON.stringify([{ tenant: "other", token: otherToken }]), { mode: 0o600 });
    expect(readTokens(path)).toHaveLength(1);
    for (const mode of [0o644, 0o640, 0o604, 0o660]) {
      chmodSync(path, mode);
      expect(() => readTokens(path)).toThrow(`can be read by other users (mode ${mode.toString(8)})`);
    }
  },
);

test("a token that no request can send is refused", () => {
  const path = join(folder, "odd.json");
  writeFileSync(path, JSON.stringify([{ tenant: "other", token: `${"x".repeat(40)} ä` }]), { mode: 0o600 });
  expect(() => readTokens(path)).toThrow("is not usable");
});
