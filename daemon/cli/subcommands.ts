import type { Command } from "commander";
import { register as registerCheck } from "./check.ts";
import { register as registerCompare } from "./compare.ts";
import { register as registerExplain } from "./explain.ts";
import { register as registerModels } from "./models.ts";
import { register as registerPredict } from "./predict.ts";
import { register as registerRun } from "./run.ts";

/** Adds every subcommand, in the order of the help page. */
export function registerSubcommands(program: Command): void {
  for (const register of [
    registerCheck,
    registerRun,
    registerModels,
    registerPredict,
    registerExplain,
    registerCompare,
  ]) {
    register(program);
  }
}
