/** The `almanac` command: finds the subcommand's file and hands over. */
import { Command } from "commander";
import { registerSubcommands } from "./cli/subcommands.ts";
import { version } from "./runs/version.ts";

const program = new Command("almanac")
  .description("Forecasting as code: experiments in YAML, trained on your machine.")
  .version(version)
  .showHelpAfterError("(`almanac --help` lists the commands)")
  .showSuggestionAfterError();
await registerSubcommands(program, process.argv.slice(2));

program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`almanac: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
