/** The `almanac` command: finds the subcommand's file and hands over. */
import { runProgram } from "./program.ts";
import { registerSubcommands } from "./subcommands.ts";

await runProgram((program) => registerSubcommands(program, process.argv.slice(2)));
