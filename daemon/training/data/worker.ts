/**
 * The reading process. DuckDB is native code that reads files from anywhere, so it lives here, where a crash or a lack of
 * memory costs one reading and nothing else.
 */
import { totalmem } from "node:os";
import { DataError } from "../../../protocol/errors.ts";
import { diskFull } from "../files/persist.ts";
import { answerQuestions } from "../workers/processes/answering.ts";
import { describe } from "./describe.ts";
import { readPanel } from "./read-panel.ts";
import { readingContract } from "./reading-contract.ts";
import { writeSnapshot } from "./snapshot.ts";

/** Shares of the machine's memory at which reading gives up rather than drag everything else down. */
const mostUsed = 0.8;
const leastLeft = 0.05;
const notable = 0.1;

/** A process that has grown larger than this, in bytes, takes no further job. */
const mostKept = 400 * 2 ** 20;

/** How often a reading's memory is looked at, in milliseconds. */
const guardMs = 500;

answerQuestions(readingContract, {
  panel: ({ request, temporary, snapshots }) =>
    guarded(async () => {
      const { panel, warnings, fingerprint } = await readPanel(request, temporary);
      return { snapshot: await writeSnapshot(panel, snapshots), warnings, fingerprint, spent: isSpent() };
    }),
  describe: ({ request, temporary }) =>
    guarded(async () => ({ description: await describe(request, temporary), spent: isSpent() })),
});

function isSpent(): boolean {
  return process.memoryUsage.rss() >= mostKept;
}

/** Whether this process holds too much: most of the machine's memory, or a notable part of it while hardly any is left. */
function isTooLarge(): boolean {
  const used = process.memoryUsage.rss() / totalmem();
  return used > mostUsed || (used > notable && process.availableMemory() < leastLeft * totalmem());
}

/** Does a job. Rejects as soon as it takes too much memory: whoever asked then ends this process. */
async function guarded<T>(work: () => Promise<T>): Promise<T> {
  const tooLarge = Promise.withResolvers<never>();
  const guard = setInterval(() => {
    if (isTooLarge()) tooLarge.reject(outOfMemory());
  }, guardMs);
  try {
    return await Promise.race([work(), tooLarge.promise]);
  } catch (error) {
    throw isDiskFull(error) ? diskFull(error) : error;
  } finally {
    clearInterval(guard);
  }
}

function outOfMemory(): DataError {
  return new DataError("Reading the data needs more memory than this machine has.", {
    code: "out-of-memory",
    fix: "Leave out columns or rows with `query:`, or aggregate before forecasting.",
  });
}

/** DuckDB tells of a full disk in words alone. */
function isDiskFull(error: unknown): boolean {
  return /ENOSPC|No space left on device/.test(String(error));
}
