import { Command } from "commander";
import { expect, test } from "vitest";
import { registerSubcommands } from "../../daemon/cli/subcommands.ts";
import { type Page, pages } from "./pages.ts";

const program = new Command("almanac").version("0");
await registerSubcommands(program, []);
for (const command of everyCommand(program)) command.exitOverride().configureOutput({ writeErr: () => undefined });

/** A command line that a page shows; `whole` in a block of shell, where arguments have to be there too. */
interface Shown {
  readonly place: string;
  readonly text: string;
  readonly whole: boolean;
}

function everyCommand(command: Command): Command[] {
  return [command, ...command.commands.flatMap(everyCommand)];
}

function shownBy({ path, blocks, prose }: Page): Shown[] {
  const indented = prose.filter(({ text }) => text.startsWith("    "));
  const shell = blocks.filter(({ language }) => language === "sh");
  const lines = [...shell, ...indented].flatMap(({ text, line }) =>
    [...text.replaceAll("\\\n", " ").matchAll(/(?:npx almanac|^\s*almanac) ([^\n]*)/gm)].map(([, words = ""]) => ({
      place: `${path}:${line}`,
      text: words,
      whole: true,
    })),
  );
  const inline = prose.flatMap(({ text, line }) =>
    [...text.matchAll(/`(?:npx )?almanac ([^`]+)`/g)].map(([, words = ""]) => ({
      place: `${path}:${line}`,
      text: words,
      whole: false,
    })),
  );
  return [...lines, ...inline];
}

/** Words as a shell would split them, up to a comment, a pipe or a redirection. */
function wordsOf(text: string): string[] {
  const words = [...text.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g)].map(([word]) => word.replaceAll(/["']/g, ""));
  const end = words.findIndex((word) => /^(#|\||>|\d>|&&|;)/.test(word));
  return end < 0 ? words : words.slice(0, end);
}

/** What is wrong with a command line; undefined if the program would accept it. */
function mistake({ text, whole }: Shown): string | undefined {
  let command = program;
  const words = wordsOf(text);
  if (words[0]?.startsWith("-"))
    return words[0] === "--version" || words[0] === "--help" ? undefined : "unknown option";
  while (command.commands.length > 0 && words.length > 0) {
    const next = command.commands.find((candidate) => candidate.name() === words[0]);
    if (next === undefined) return `unknown command ${words[0]}`;
    command = next;
    words.shift();
  }
  try {
    const { operands, unknown } = command.parseOptions(words);
    const [least, most] = [command.registeredArguments.filter(({ required }) => required), command.registeredArguments];
    if (unknown.length > 0) return `unknown option ${unknown[0]}`;
    if (whole && operands.length < least.length) return `missing argument ${least[operands.length]?.name()}`;
    if (operands.length > most.length && !most.at(-1)?.variadic) return `too many arguments: ${operands.join(" ")}`;
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

test("every command line that a page shows is one that `almanac` accepts", () => {
  const shown = pages().flatMap(shownBy);
  expect(shown.length).toBeGreaterThan(30);
  const wrong = shown.map((one) => ({ ...one, mistake: mistake(one) })).filter((one) => one.mistake !== undefined);
  expect(wrong).toEqual([]);
});

test.each([
  ["rum file", "unknown command rum"],
  ["run file --bugdet 60s", "unknown option --bugdet"],
  ["run", "missing argument file"],
  ["run file --budget soon", "duration"],
  ["deploy name run extra", "too many arguments"],
])("`almanac %s` is found wrong", (text, message) => {
  expect(mistake({ place: "", text, whole: true })).toContain(message);
});
