import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { createClient } from "../../protocol/client.ts";
import type { BenchRow } from "../result.ts";
import { startDaemon, usageOfTree } from "./process.ts";
import { below } from "./rows.ts";
import { writeSales } from "./sales.ts";

/** Runs of a day of the busiest service of this kind: all of them are queued at once. */
const dayOfRuns = 3_300;
const tenants = ["local", "east", "west"];
const variants = 20;

/**
 * Many small runs through the queue in one go: real data, models, processes and files. Three tenants; the first queues four
 * fifths of them before the others queue theirs. Fairness is how far the queue had come, in shares of all runs, when the
 * small tenants had none waiting: about 0.3 where turns are taken, near 1 where they wait for the large one.
 */
export async function queueRows(home: string, runs: number): Promise<BenchRow[]> {
  const token = (tenant: string) => tenant.padEnd(40, "x");
  const tokens = join(home, "tokens.json");
  writeFileSync(tokens, JSON.stringify(tenants.slice(1).map((tenant) => ({ tenant, token: token(tenant) }))));
  const daemon = await startDaemon(join(home, "queue"), ["--tokens", tokens]);
  const clients = tenants.map((tenant) =>
    tenant === "local" ? daemon.client : createClient({ url: daemon.url, token: token(tenant) }),
  );
  const search = "models: [seasonal-naive, auto-theta], budget: 60s";
  try {
    const paths: string[][] = [];
    for (const [index, client] of clients.entries()) {
      paths.push([]);
      for (let variant = 0; variant < variants; variant++) {
        const path = writeSales(join(home, `data-${index}-${variant}`), search, variant);
        paths[index]!.push(index === 0 ? path : await sent(client, path));
      }
    }
    const begun = performance.now();
    const shares = [0.8, 0.1, 0.1].map((share) => Math.round(share * runs));
    for (const [index, client] of clients.entries()) {
      for (let seed = 0; seed < shares[index]!; seed++) {
        await client.createRun({ body: { path: paths[index]![seed % variants]!, options: { seed } } });
      }
    }
    const queuedAfter = (performance.now() - begun) / 1_000;
    const watched = await untilDone(clients, daemon.process.pid!);
    const seconds = (performance.now() - begun) / 1_000;
    const { daemonMiB, treeMiB, smallDoneAt } = watched;
    let failed = 0;
    for (const client of clients)
      failed += (await client.listRuns({ query: { state: "failed", limit: 500 } })).items.length;
    const more = { runs, seconds, queuedAfter, failed, daemonMiB, treeMiB, smallTenantsDoneAt: smallDoneAt };
    const idle = usageOfTree(daemon.process.pid!).daemonMiB;
    return [
      below("small real runs through the queue", seconds / runs, 86_400 / dayOfRuns, "s a run", more),
      below("daemon's memory after them", idle, 200, "MiB", { runs }),
    ];
  } finally {
    await daemon.stop();
  }
}

type Client = ReturnType<typeof createClient>;

/** Sends an experiment and its data to the daemon, as tenants of a shared one do. */
async function sent(client: Client, path: string): Promise<string> {
  const { sendBlocks, blocksOf } = await import("../../daemon/server/remote/block-upload.ts");
  const data = path.replace("sales.forecast.yaml", "sales.csv");
  const files = await blocksOf([data], "source");
  await sendBlocks(client, data, new Set(files.flatMap(({ blocks }) => blocks)), new AbortController().signal);
  const text = readFileSync(path, "utf8").replace("sales.csv", files[0]!.name);
  return (await client.createSnapshot({ body: { name: "sales", text, region: null, files } })).path;
}

async function untilDone(
  clients: readonly Client[],
  pid: number,
): Promise<{ daemonMiB: number; treeMiB: number; smallDoneAt: number }> {
  let [daemonMiB, treeMiB] = [0, 0];
  let smallDoneAt: number | undefined;
  const total = await waiting(clients);
  for (;;) {
    const usage = usageOfTree(pid);
    daemonMiB = Math.max(daemonMiB, usage.daemonMiB);
    treeMiB = Math.max(treeMiB, usage.treeMiB);
    const left = await waiting(clients);
    if (smallDoneAt === undefined && (await waiting(clients.slice(1))) === 0) smallDoneAt = 1 - left / total;
    if (left + (await clients[0]!.getInfo()).running === 0)
      return { daemonMiB, treeMiB, smallDoneAt: smallDoneAt ?? 1 };
    await wait(200);
  }
}

/** Runs that wait for their turn. */
async function waiting(clients: readonly Client[]): Promise<number> {
  let count = 0;
  for (const client of clients) count += (await client.getInfo()).queued;
  return count;
}
