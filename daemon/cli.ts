/** The `almanac` command: finds the subcommand's file and hands over. */
import { runProgram } from "./cli/program.ts";
import { registerSubcommands } from "./cli/subcommands.ts";

await runProgram((program) => registerSubcommands(program, process.argv.slice(2)));
