import type { Command } from "commander";
import { z } from "zod";
import { carryOut, exitCodes, interruptSignal, outputOf, withCommonOptions } from "./context.ts";
import { localDaemon } from "./local-daemon.ts";

const optionsSchema = z.object({ home: z.string().optional(), drain: z.boolean().default(false) });

/** `almanac stop`: ends the daemon of a data folder. */
export function register(program: Command): void {
  withCommonOptions(program.command("stop").description("end the daemon; running runs go on at its next start"))
    .option("--home <dir>", "data folder of the daemon")
    .option("--drain", "take no more runs, and end once those under way have ended")
    .action(async (given: unknown) => {
      const output = outputOf(given);
      await carryOut(output, interruptSignal(), async () => {
        const { home, drain } = optionsSchema.parse(given);
        const client = localDaemon(home);
        const running = drain ? (await client.drain()).running : 0;
        if (!drain) await client.stop();
        output.say(
          running === 0 ? "The daemon stops." : `The daemon stops once its running runs (${running}) have ended.`,
        );
        output.document({ running });
        return exitCodes.done;
      });
    });
}
