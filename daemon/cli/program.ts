import { Command } from "commander";
import { version } from "../training/telemetry/version.ts";

/** Runs the `almanac` command with the subcommands that `register` adds to it; what nobody foresaw ends it with code 1. */
export async function runProgram(register: (program: Command) => void | Promise<void>): Promise<void> {
  const program = new Command("almanac")
    .description("Forecasting as code: experiments in YAML, trained on your machine.")
    .version(version)
    .showHelpAfterError("(`almanac --help` lists the commands)")
    .showSuggestionAfterError();
  try {
    await register(program);
    await program.parseAsync();
  } catch (error) {
    process.stderr.write(`almanac: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exitCode = 1;
  }
}
