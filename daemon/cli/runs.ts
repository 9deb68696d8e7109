import type { Command } from "commander";
import { z } from "zod";
import type { runSchema } from "../../protocol/api/runs.ts";
import { carryOut, exitCodes, interruptSignal, outputOf, withCommonOptions } from "./context.ts";
import { localDaemon } from "./local-daemon.ts";
import { textTable } from "./table.ts";

const optionsSchema = z.object({
  home: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(500).default(20),
});

/** `almanac runs`: the daemon's runs, with the identifiers that `almanac deploy` takes. */
export function register(program: Command): void {
  withCommonOptions(program.command("runs").description("list the daemon's runs, newest first, with their identifiers"))
    .option("--home <dir>", "data folder of the daemon")
    .option("--limit <n>", "runs to list at most (default 20)")
    .action(async (given: unknown) => {
      const output = outputOf(given);
      await carryOut(output, interruptSignal(), async () => {
        const { home, limit } = optionsSchema.parse(given);
        const { items } = await localDaemon(home).listRuns({ query: { limit } });
        output.say(items.length === 0 ? "The daemon has no runs yet." : tableOf(items));
        if (items.length === limit) output.note(`There may be older runs; --limit lists more than ${limit}.`);
        output.document({ runs: items });
        return exitCodes.done;
      });
    });
}

function tableOf(runs: readonly z.infer<typeof runSchema>[]): string {
  const columns = ["run", "experiment", "state", "created"].map((heading) => ({ heading }));
  return textTable(
    columns,
    runs.map(({ id, experiment, state, createdAt }) => [id, experiment, state, createdAt]),
  );
}
