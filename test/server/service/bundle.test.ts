import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createClient } from "../../../protocol/client.ts";

const root = join(import.meta.dirname, "../../..");
let home: string;

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), "almanac-bundle-"));
  const rows = Array.from(
    { length: 60 },
    (_, day) => `${new Date(Date.UTC(2026, 0, 1 + day)).toISOString()},${day % 7}`,
  );
  writeFileSync(join(home, "sales.csv"), `date,units\n${rows.join("\n")}\n`);
  writeFileSync(
    join(home, "sales.forecast.yaml"),
    "data: {source: sales.csv, time: date, target: units}\nforecast: {horizon: 7}\nsearch: {models: [seasonal-naive], budget: 10 hours}\n",
  );
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** Starts a daemon, lets it train and predict, and stops it: everything that it forks has to be found. */
async function trainWith(name: string, command: readonly string[]): Promise<number> {
  const folder = join(home, name);
  const parameters = [...command, "serve", "--json", "--keep-alive", "--home", folder];
  const child = spawn(process.execPath, parameters, { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  const { url, tokenFile } = JSON.parse(line.toString()) as { url: string; tokenFile: string };
  const client = createClient({ url, token: readFileSync(tokenFile, "utf8") });
  const { id } = await client.createRun({ body: { path: join(home, "sales.forecast.yaml") } });
  await Array.fromAsync(client.runEvents({ params: { id } }));
  expect(await client.getRun({ params: { id } })).toMatchObject({ state: "finished", reason: null });
  await client.deploy({ body: { name: "sales", run: id } });
  const rows = [1, 2, 3, 4, 5, 6, 7].map((day) => ({ date: `2026-03-0${day}`, units: day }));
  const { rows: forecast } = await client.predict({ params: { name: "sales" }, body: { rows, record: false } });
  const gone = once(child, "exit");
  await client.stop();
  await gone;
  return forecast.length;
}

test.each(["bin/almanac.mjs", "dist/daemon/main.js", "daemon/cli/main.ts"])(
  "a daemon that %s starts trains and predicts",
  async (entry) => {
    expect(await trainWith(entry.replaceAll("/", "-"), [join(root, entry)])).toBe(7);
  },
);
