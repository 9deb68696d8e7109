import type { Command } from "commander";

type Subcommand = { register(program: Command): void };

/** Every subcommand and the file that has it, in the order of the help page. */
const subcommands: Readonly<Record<string, () => Promise<Subcommand>>> = {
  check: () => import("./check.ts"),
  run: () => import("./run.ts"),
  profile: () => import("./profile.ts"),
  models: () => import("./models.ts"),
  predict: () => import("./predict.ts"),
  explain: () => import("./explain.ts"),
  compare: () => import("./compare.ts"),
  "what-if": () => import("./what-if.ts"),
  doctor: () => import("./doctor.ts"),
  gpu: () => import("./gpu.ts"),
  serve: () => import("./serve.ts"),
  stop: () => import("./stop.ts"),
  worker: () => import("./worker.ts"),
  deploy: () => import("./deploy.ts"),
  remote: () => import("./remote.ts"),
};

/**
 * Adds the subcommand that `words` begin with, or every subcommand for the help page. Only its own file is loaded: the daemon
 * starts within a blink, and its process never holds the models' native code.
 */
export async function registerSubcommands(program: Command, words: readonly string[]): Promise<void> {
  const named = subcommands[words[0] ?? ""];
  for (const load of named === undefined ? Object.values(subcommands) : [named]) {
    (await load()).register(program);
  }
}
