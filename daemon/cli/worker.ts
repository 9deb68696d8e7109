import { hostname } from "node:os";
import type { Command } from "commander";
import { z } from "zod";
import { dataFolder } from "../training/files/data-folder.ts";
import { carryOut, exitCodes, interruptSignal, outputOf, withCommonOptions } from "./context.ts";
import { databaseOption } from "./database-option.ts";

const optionsSchema = z.object({
  home: z.string().optional(),
  database: z.string(),
  region: z.string().optional(),
  concurrency: z.coerce.number().int().min(1).default(1),
});

/** `almanac worker`: takes runs from a daemon's PostgreSQL queue; both must see the same data folder. */
export function register(program: Command): void {
  withCommonOptions(
    program.command("worker").description("an extra machine for a daemon on PostgreSQL: takes runs from its queue"),
  )
    .option("--home <dir>", "data folder, shared with the daemon")
    .addOption(databaseOption("the daemon's postgres://… address").makeOptionMandatory())
    .option("--region <name>", "region this machine stands in, such as eu")
    .option("--concurrency <n>", "runs at once (default 1)")
    .action(async (given: unknown) => {
      const output = outputOf(given);
      const signal = interruptSignal();
      await carryOut(output, signal, async () => {
        const { home, ...options } = optionsSchema.parse(given);
        const { startWorker } = await import("../server/worker.ts");
        const owner = `${hostname()} worker ${process.pid}`;
        const worker = await startWorker({ ...options, home: home ?? dataFolder(), owner });
        output.say("Taking runs; Ctrl-C stops.");
        await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
        await worker.close();
        process.exit(exitCodes.done);
      });
    });
}
