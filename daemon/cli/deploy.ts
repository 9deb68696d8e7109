import type { Command } from "commander";
import { z } from "zod";
import { carryOut, exitCodes, interruptSignal, outputOf, withCommonOptions } from "./context.ts";
import { localDaemon } from "./local-daemon.ts";

const optionsSchema = z.object({
  home: z.string().optional(),
  approve: z.boolean().default(true),
  note: z.string().optional(),
});

/** `almanac deploy NAME RUN`: a run's winner answers predictions under a name. */
export function register(program: Command): void {
  withCommonOptions(
    program
      .command("deploy")
      .argument("<name>", "name of the deployment")
      .argument("<run>", "identifier of a finished run of the daemon")
      .description("deploy a run's winner as the next version of a name"),
  )
    .option("--home <dir>", "data folder of the daemon")
    .option("--no-approve", "leave the version pending: `live` stays where it is")
    .option("--note <text>", "why")
    .action(async (name: string, run: string, given: unknown) => {
      const output = outputOf(given);
      await carryOut(output, interruptSignal(), async () => {
        const { home, ...about } = optionsSchema.parse(given);
        const deployed = await localDaemon(home).deploy({ body: { name, run, ...about } });
        const [newest] = deployed.versions;
        output.say(`${name} version ${newest?.version} (${newest?.model}) is ${newest?.approval}.`);
        output.document(deployed);
        return exitCodes.done;
      });
    });
}
