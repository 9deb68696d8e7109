import { Command } from "commander";
import { registerSubcommands } from "../../daemon/cli/subcommands.ts";
import { generatedNote, markdownTable, wrapped } from "./markdown.ts";

/** The reference of the command line, from the commands themselves. */
export async function commandReference(): Promise<string> {
  const program = new Command("almanac");
  await registerSubcommands(program, []);
  return wrapped(
    [
      generatedNote("daemon/cli/"),
      "# Command line",
      "Exit codes: 0 done, 1 failed, 2 the experiment or its data is not usable, 130 cancelled. With `--json` one JSON document comes last on stdout; progress and logs go to stderr.",
      ...program.commands.flatMap((command) => section(command, "almanac")),
      "",
    ].join("\n\n"),
  );
}

function section(command: Command, parent: string): string[] {
  const name = `${parent} ${command.name()}`;
  const parameters = command.registeredArguments.map((argument) => {
    const text = `${argument.name()}${argument.variadic ? "…" : ""}`;
    return argument.required ? `<${text}>` : `[${text}]`;
  });
  const options = command.options.map(({ flags, description }) => [`\`${flags}\``, description]);
  return [
    `## ${[name, ...parameters].join(" ")}`,
    command.description(),
    ...(options.length === 0 ? [] : [markdownTable(["option", "meaning"], options)]),
    ...command.commands.flatMap((inner) => section(inner, name)),
  ];
}
