import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { newId } from "../../daemon/server/store/ids.ts";
import type { BenchRow } from "../result.ts";
import type { Load, loadTool } from "./load.ts";
import { type BenchDaemon, descendants, startDaemon, usageOf } from "./process.ts";
import { above, below } from "./rows.ts";
import { salesRows, writeSales } from "./sales.ts";

const seconds = 6;
/** Finished runs in the database while it is asked. */
const stored = 5_000;
/** What an editor or a dashboard may ask of a daemon on a local machine: our own goal, since nobody else's is at hand. */
const readsPerSecond = 500;

type Tool = NonNullable<ReturnType<typeof loadTool>>;

/** A daemon with thousands of runs under load: reading and real-time prediction. */
export async function requestRows(home: string, load: Tool): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  const folder = join(home, "requests");
  const first = await startDaemon(folder);
  const run = await finishedRun(first, writeSales(join(home, "statistical"), "models: [auto-ets], budget: 60s"));
  const trees = await finishedRun(first, writeSales(join(home, "trees"), "models: [boosting], budget: 60s", 1, ""));
  await first.client.deploy({ body: { name: "ets", run } });
  await first.client.deploy({ body: { name: "boosting", run: trees } });
  await first.stop();
  copyRuns(join(folder, "almanac.db"), run);
  const daemon = await startDaemon(folder);
  try {
    const ask = (path: string, connections: number, body?: object) =>
      load({
        url: `${daemon.url}/api/v1${path}`,
        token: daemon.token,
        seconds,
        connections,
        ...(body === undefined ? { method: "GET" } : { method: "POST", body: JSON.stringify(body) }),
      });
    const reads = { health: "/health", [`runs, 50 of ${stored}`]: "/runs", leaderboard: `/runs/${run}/leaderboard` };
    for (const [what, path] of Object.entries(reads)) {
      const found = await ask(path, 16);
      rows.push(
        above(`GET ${what}, 16 callers`, found.requestsPerSecond, readsPerSecond, "requests/s", figures(found)),
      );
    }
    for (const name of ["ets", "boosting"]) {
      const body = { rows: salesRows(), record: false };
      const path = `/deployments/${name}/predictions`;
      await daemon.client.predict({ params: { name }, body });
      const one = await ask(path, 1, body);
      const many = await ask(path, 16, body);
      rows.push(
        // autocannon counts whole milliseconds: less than one shows as one.
        below(`prediction with ${name}, one caller, p50`, Math.max(one.p50, 1), 15, "ms", figures(one)),
        below(`prediction with ${name}, one caller, p99`, Math.max(one.p99, 1), 50, "ms", figures(one)),
        above(`predictions with ${name}, 16 callers`, many.requestsPerSecond, 500, "requests/s", figures(many)),
      );
    }
    const explained = await ask("/deployments/boosting/predictions", 1, {
      rows: salesRows(),
      record: false,
      explain: true,
    });
    rows.push(
      below(
        "explained prediction with boosting, one caller, p50",
        Math.max(explained.p50, 1),
        15,
        "ms",
        figures(explained),
      ),
    );
    const memory = usageOf(daemon.process.pid!).residentMiB;
    const predicting = descendants(daemon.process.pid!).map(({ pid }) => usageOf(pid).residentMiB);
    rows.push(
      below("daemon's memory after all of it", memory, 250, "MiB", { predictingMiB: Math.max(0, ...predicting) }),
    );
  } finally {
    await daemon.stop();
  }
  return rows;
}

function figures({ requestsPerSecond, p50, p95, p99, errors }: Load): Record<string, number> {
  return { requestsPerSecond, p50, p95, p99, errors };
}

/** Carries out a run and returns its identifier. */
export async function finishedRun({ client }: BenchDaemon, path: string): Promise<string> {
  const { id } = await client.createRun({ body: { path } });
  for await (const _ of client.runEvents({ params: { id } }));
  const { state, reason } = await client.getRun({ params: { id } });
  if (state !== "finished") throw new Error(`The run is ${state}: ${reason}`);
  return id;
}

/** Puts copies of a finished run's row into the database, under identifiers of their own. */
function copyRuns(database: string, id: string): void {
  const connection = new Sqlite(database);
  const row = connection.prepare("select * from runs where id = ?").get(id) as Record<string, unknown>;
  const columns = Object.keys(row);
  const insert = connection.prepare(
    `insert into runs (${columns.join(", ")}) values (${columns.map((column) => `@${column}`).join(", ")})`,
  );
  connection.transaction(() => {
    for (let copy = 0; copy < stored; copy++) insert.run({ ...row, id: newId("run") });
  })();
  connection.close();
}
