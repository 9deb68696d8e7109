import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { almanac } from "./command.ts";

/** What bash offers for a line, by the printed script. */
async function offered(...words: string[]): Promise<string[]> {
  const { stdout: script } = await almanac(["completion", "bash"]);
  const line = words.map((word) => `'${word}'`).join(" ");
  const ask = `COMP_WORDS=(almanac ${line}); COMP_CWORD=${words.length}; _almanac; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = spawnSync("bash", ["-c", `${script}\n${ask}`], { encoding: "utf8" });
  return stdout.trim().split("\n");
}

test("bash completes commands, commands below them, and their options", async () => {
  expect(await offered("wh")).toEqual(["what-if"]);
  expect(await offered("remote", "")).toEqual(expect.arrayContaining(["add", "list", "remove"]));
  expect(await offered("run", "x.forecast.yaml", "--bud")).toEqual(["--budget"]);
  expect(await offered("check", "retail")).toEqual([""]);
});

test("zsh uses the same function, and fish names every command with its description", async () => {
  const { stdout: zsh } = await almanac(["completion", "zsh"]);
  expect(zsh).toMatch(/^#compdef almanac\n/);
  expect(zsh).toContain("complete -o default -F _almanac almanac");
  const { stdout: fish } = await almanac(["completion", "fish"]);
  expect(fish).toMatch(/-n __fish_use_subcommand -a deploy -d '/);
  expect(fish).toMatch(/-n '__fish_seen_subcommand_from run' -l budget -d '/);
});

test("another shell is refused with the names of the three", async () => {
  const { code, stderr } = await almanac(["completion", "tcsh"]);
  expect(code).toBe(1);
  expect(stderr).toContain("Allowed choices are bash, zsh, fish.");
});

test("the help page lists the commands in groups", async () => {
  const { stdout } = await almanac(["--help"]);
  const [experiments = "", daemon = ""] = ["Experiments:", "Daemon:"].map((heading) => stdout.split(heading)[1] ?? "");
  expect(experiments.split("\n\n")[0]).toMatch(/ check .*\n(.*\n)*? {2}run /);
  expect(daemon.split("\n\n")[0]).toMatch(/ serve /);
});

test("the version is that of the package", async () => {
  expect((await almanac(["--version"])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});
