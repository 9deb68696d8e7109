import type { Command } from "commander";

type Subcommand = { register(program: Command): void };
type Subcommands = Readonly<Record<string, () => Promise<Subcommand>>>;

/** Every subcommand and the file that has it, by its group and in the order of the help page. */
const groups: Readonly<Record<string, Subcommands>> = {
  "Experiments:": {
    check: () => import("./check.ts"),
    run: () => import("./run.ts"),
    profile: () => import("./profile.ts"),
    models: () => import("./models.ts"),
  },
  "Results of a run:": {
    predict: () => import("./predict.ts"),
    explain: () => import("./explain.ts"),
    compare: () => import("./compare.ts"),
    "what-if": () => import("./what-if.ts"),
  },
  "Daemon:": {
    serve: () => import("./serve.ts"),
    stop: () => import("./stop.ts"),
    worker: () => import("./worker.ts"),
    runs: () => import("./runs.ts"),
    deploy: () => import("./deploy.ts"),
    remote: () => import("./remote.ts"),
  },
  "This machine:": {
    doctor: () => import("./doctor.ts"),
    gpu: () => import("./gpu.ts"),
    completion: () => import("./completion.ts"),
  },
};

/** Words that no subcommand has to be loaded for. */
const withoutSubcommand = new Set(["--version", "-V"]);

/**
 * Adds the subcommand that `words` begin with; for the help page and for completion, which list them, every subcommand.
 * Otherwise only its own file is loaded: the daemon starts within a blink, and its process never holds the models' native
 * code.
 */
export async function registerSubcommands(program: Command, words: readonly string[]): Promise<void> {
  const [first = ""] = words;
  if (withoutSubcommand.has(first)) return;
  const named = Object.values(groups).find((group) => Object.hasOwn(group, first))?.[first];
  if (named !== undefined && first !== "completion") {
    (await named()).register(program);
    return;
  }
  for (const [heading, group] of Object.entries(groups)) {
    program.commandsGroup(heading);
    for (const load of Object.values(group)) (await load()).register(program);
  }
}
