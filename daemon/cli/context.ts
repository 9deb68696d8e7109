import type { Command } from "commander";
import { z } from "zod";
import { AlmanacError, DataError, ExperimentError, errorKinds, type Problem } from "../../protocol/errors.ts";
import type { ExperimentFile } from "../training/experiment/read-experiment.ts";

/** Exit codes of every subcommand; an error's own is in `errorKinds`. */
export const exitCodes = { done: 0, failed: 1, unusable: 2, cancelled: 130 } as const;

const commonOptions = z.object({ json: z.boolean().default(false), quiet: z.boolean().default(false) });

/** The options every subcommand has. */
export type CommonOptions = z.infer<typeof commonOptions>;

/** Adds `--json` and `--quiet` to a subcommand. */
export function withCommonOptions(command: Command): Command {
  return command
    .option("--json", "print one JSON document, last on stdout; progress goes to stderr")
    .option("--quiet", "print errors only");
}

/** What a subcommand prints with. */
export interface Output {
  readonly json: boolean;
  /** Text for people: on stdout, on stderr with --json; not printed with --quiet. */
  say(text: string): void;
  /** Progress and notes on stderr; not printed with --quiet. */
  note(text: string): void;
  /** The one JSON document of --json. */
  document(value: unknown): void;
}

/** Reads the common options and gives what to print with. */
export function outputOf(options: unknown): Output {
  const { json, quiet } = commonOptions.parse(options);
  return {
    json,
    say: (text) => {
      if (quiet) return;
      (json ? process.stderr : process.stdout).write(`${text}\n`);
    },
    note: (text) => {
      if (!quiet) process.stderr.write(`${text}\n`);
    },
    document: (value) => {
      if (json) process.stdout.write(`${JSON.stringify(value)}\n`);
    },
  };
}

/** One problem as compilers print it: `FILE:LINE:COL: error: message Fix.` */
export function problemLine(problem: Omit<Problem, "code">): string {
  const { file = "almanac", range, severity, message, fix } = problem;
  const place = range === undefined ? file : `${file}:${range.start.line}:${range.start.column}`;
  const kind = severity === "information" ? "note" : severity;
  return `${place}: ${kind}: ${message}${fix === undefined ? "" : ` ${fix}`}`;
}

/**
 * Everything that is wrong, as problems with a place. An error of the data is put where the experiment names the column it
 * is about.
 */
export function problemsOf(error: AlmanacError, file?: ExperimentFile): readonly Problem[] {
  if (error instanceof ExperimentError) return error.problems;
  const problem: Problem = {
    severity: "error",
    code: error.code,
    message: error.message,
    fix: error.fix,
  };
  if (file === undefined) return [problem];
  const column = error instanceof DataError ? error.column : undefined;
  const path = (column === undefined ? undefined : pathOfColumn(file, column)) ?? ["data", "source"];
  return [{ ...problem, file: file.path, range: file.parsed.locate(path), path }];
}

function pathOfColumn({ experiment }: ExperimentFile, column: string): (string | number)[] | undefined {
  const { data, covariates } = experiment;
  if (data.time === column) return ["data", "time"];
  if (data.target === column) return ["data", "target"];
  const lists = [
    { path: ["data", "series"], columns: data.series },
    ...(["known", "observed", "static"] as const).map((kind) => ({
      path: ["covariates", kind],
      columns: covariates[kind],
    })),
  ];
  for (const { path, columns } of lists) {
    const index = columns.indexOf(column);
    if (index >= 0) return [...path, index];
  }
  return undefined;
}

/**
 * Carries out a subcommand and sets the exit code: problems of experiment and data are printed one a line, other errors with
 * what to do; an interruption is no error.
 */
export async function carryOut(
  output: Output,
  signal: AbortSignal,
  work: () => Promise<ExperimentFile | undefined | number>,
  fileOf: () => ExperimentFile | undefined = () => undefined,
): Promise<void> {
  try {
    const code = await work();
    process.exitCode = typeof code === "number" ? code : exitCodes.done;
  } catch (error) {
    if (signal.aborted) {
      output.note("Cancelled.");
      process.exitCode = exitCodes.cancelled;
    } else if (error instanceof AlmanacError) report(error, output, fileOf());
    else throw error;
  }
}

function report(error: AlmanacError, output: Output, file: ExperimentFile | undefined): void {
  const problems = problemsOf(error, file);
  for (const problem of problems) process.stderr.write(`${problemLine(problem)}\n`);
  output.document({ problems });
  process.exitCode = errorKinds[error.tag].exitCode;
}

/** A signal that Ctrl-C and SIGTERM abort; a second Ctrl-C ends at once. */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  let interrupted = false;
  const stop = (): void => {
    if (interrupted) process.exit(exitCodes.cancelled);
    interrupted = true;
    controller.abort(new DOMException("Interrupted.", "AbortError"));
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  return controller.signal;
}
