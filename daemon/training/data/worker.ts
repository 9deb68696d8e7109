import { totalmem } from "node:os";
import { z } from "zod";
import { DataError } from "../../../protocol/errors.ts";
import { describe } from "./describe.ts";
import { readPanel } from "./read-panel.ts";
import { dataRequestSchema, sourceRequestSchema } from "./request.ts";
import { writeSnapshot } from "./snapshot.ts";
import type { WorkerReply } from "./worker-reply.ts";

/**
 * The reading process: takes a job over IPC, answers it and ends, or waits for the next where it is kept. DuckDB is native code that reads files from anywhere,
 * so it lives here, where a crash or a lack of memory costs one reading and nothing else.
 */
const jobSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("panel"), request: dataRequestSchema, temporary: z.string(), snapshots: z.string() }),
  z.object({ kind: z.literal("describe"), request: sourceRequestSchema, temporary: z.string() }),
]);

/** Shares of the machine's memory at which reading gives up rather than drag everything else down. */
const mostUsed = 0.8;
const leastLeft = 0.05;
const notable = 0.1;

/** Whether this process holds too much: most of the machine's memory, or a notable part of it while hardly any is left. */
function isTooLarge(): boolean {
  const used = process.memoryUsage.rss() / totalmem();
  return used > mostUsed || (used > notable && process.availableMemory() < leastLeft * totalmem());
}

async function answer(message: unknown): Promise<WorkerReply> {
  try {
    const job = jobSchema.parse(message);
    if (job.kind === "describe")
      return { kind: "description", description: await describe(job.request, job.temporary) };
    const { panel, warnings, fingerprint } = await readPanel(job.request, job.temporary);
    return { kind: "panel", snapshot: await writeSnapshot(panel, job.snapshots), warnings: [...warnings], fingerprint };
  } catch (error) {
    return failure(error);
  }
}

function failure(error: unknown): WorkerReply {
  if (/ENOSPC|No space left on device/.test(String(error))) {
    const fix = "Free some space and run again.";
    return { kind: "error", message: "The disk is full.", where: { code: "disk-full", fix } };
  }
  if (!(error instanceof DataError)) {
    return { kind: "crash", message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
  const { message, code, file, column, row, value, fix } = error;
  return { kind: "error", message, where: { code, file, column, row, value, fix } };
}

/** A process that has grown larger than this, in bytes, takes no further job. */
const mostKept = 400 * 2 ** 20;

function send(reply: WorkerReply, keep = false): void {
  const stays = keep && process.memoryUsage.rss() < mostKept;
  process.send!({ ...reply, stays }, () => {
    if (!stays) process.exit(0);
  });
}

const guard = setInterval(() => {
  if (!isTooLarge()) return;
  clearInterval(guard);
  send(
    failure(
      new DataError("Reading the data needs more memory than this machine has.", {
        code: "out-of-memory",
        fix: "Leave out columns or rows with `query:`, or aggregate before forecasting.",
      }),
    ),
  );
}, 500);

const keepSchema = z.object({ keep: z.boolean() });

process.on("message", (message) => {
  void answer(message).then((reply) => send(reply, keepSchema.parse(message).keep));
});
process.once("disconnect", () => process.exit(1));
