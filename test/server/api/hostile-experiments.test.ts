import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { newId } from "../../../daemon/server/store/ids.ts";
import { Store } from "../../../daemon/server/store/store.ts";
import type { StoredEvent } from "../../../protocol/api/runs.ts";
import { type Client, createClient } from "../../../protocol/client.ts";
import { startTestDaemon, type TestDaemon } from "../test-daemon.ts";

const evilToken = "e".repeat(43);
let home: string;
let daemon: TestDaemon | undefined;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "almanac-hostile-"));
});
afterEach(async () => {
  await daemon?.close();
  daemon = undefined;
  rmSync(home, { recursive: true, force: true });
});

async function start(): Promise<TestDaemon> {
  const tokens = join(home, "tokens.json");
  writeFileSync(tokens, JSON.stringify([{ tenant: "evil", token: evilToken }]), { mode: 0o600 });
  daemon = await startTestDaemon({ home, tokens });
  return daemon;
}

function evil({ daemon: { url } }: TestDaemon): Client {
  return createClient({ url, token: evilToken });
}

function textWith(source: string): string {
  return `data: {source: ${JSON.stringify(source)}, time: date, target: units}\nforecast: {horizon: 2}\n`;
}

/** Writes an experiment of the tenant `evil`, beside a file whose name makes patterns slow. */
function written(source: string, name = "x"): string {
  const folder = join(home, "tenants", "evil", "experiments");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "a".repeat(46)), "");
  const path = join(folder, `${name}.forecast.yaml`);
  writeFileSync(path, textWith(source));
  return path;
}

const slowPattern = `${"*a".repeat(30)}b`;

test.each([
  ["a file of the machine", "/etc/*.conf"],
  ["a folder above", "../../../*.csv"],
  ["braces that lead out", "{..,x}/*.csv"],
  ["a pattern that takes exponential time", slowPattern],
])("a tenant cannot have %s watched", async (_, source) => {
  const subject = await start();
  await expect(evil(subject).putExperiment({ body: { path: written(source) } })).rejects.toMatchObject({
    status: 422,
    details: { problems: [expect.objectContaining({ code: "outside" })] },
  });
  expect((await evil(subject).listExperiments()).items).toEqual([]);
});

test("a row that is there already with such a source is set aside: the daemon answers, and nothing outside is watched", async () => {
  const watched = join(home, "private.csv");
  writeFileSync(watched, "date,units\n");
  const store = await Store.open({ home });
  const tenant = await store.createTenant("evil");
  const row = { name: "x", problems: [], watch: 0, stale: 0, createdAt: 1, updatedAt: 1 };
  await tenant.experiments.insert({
    ...row,
    id: newId("exp"),
    path: written(slowPattern),
    text: textWith(slowPattern),
  });
  await tenant.experiments.insert({ ...row, id: newId("exp"), path: written(watched, "y"), text: textWith(watched) });
  await store.close();

  const subject = await start();
  const own = subject.experiment("own");
  writeFileSync(join(home, "sales.csv"), "date,units\n");
  const { id } = await subject.client.putExperiment({ body: { path: own } });
  writeFileSync(watched, "date,units\n2026-01-01,1\n");
  writeFileSync(join(home, "sales.csv"), "date,units\n2026-01-01,1\n");
  const seen: StoredEvent["event"][] = [];
  for await (const { event } of subject.client.allEvents({}, { lastEventId: 0 })) {
    seen.push(event);
    if (event.type === "experiment-changed") break;
  }
  expect(seen.at(-1)).toMatchObject({ experiment: id });
  expect((await evil(subject).listExperiments()).items.map(({ stale }) => stale)).toEqual([false, false]);
});
