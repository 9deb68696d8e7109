import { Argument, type Command } from "commander";
import { type CompletedCommand, completionScripts, type Shell, shells } from "./completion-scripts.ts";

/** `almanac completion SHELL`: prints a script that completes commands and options in a shell. */
export function register(program: Command): void {
  program
    .command("completion")
    .description("print a script that completes commands and options; `source <(almanac completion bash)` loads it")
    .addArgument(new Argument("<shell>", "shell to complete in").choices(shells))
    .action((shell: Shell) => {
      process.stdout.write(completionScripts[shell](program.commands.flatMap((command) => completed(command))));
    });
}

/** A command and those below it, such as `remote` and `remote add`. */
function completed(command: Command, parents: readonly string[] = []): CompletedCommand[] {
  const words = [...parents, command.name()];
  const below = command.commands.map((inner) => inner.name());
  const options = command.options.flatMap(({ long, description }) => (long ? [{ name: long, description }] : []));
  const own = { words, description: command.description(), below, options };
  return [own, ...command.commands.flatMap((inner) => completed(inner, words))];
}
