import { type Command, InvalidArgumentError } from "commander";
import { z } from "zod";
import { DataError } from "../../protocol/errors.ts";
import { nearest } from "../../protocol/experiment/nearest.ts";
import type { ReportProblem } from "../../protocol/report.ts";
import type { WhatIfChange, WhatIfLever } from "../../protocol/what-if.ts";
import { changesOf } from "../forecasting/explain/what-if/scenario.ts";
import type { WhatIfKind, WhatIfKinds, WhatIfNames } from "../training/trained-model/what-if/messages.ts";
import { carryOut, interruptSignal, type Output, outputOf, problemLine, withCommonOptions } from "./context.ts";
import { textTable } from "./table.ts";

const pair = z.tuple([z.string(), z.string()]);

const optionsSchema = z.object({
  set: z.array(pair).default([]),
  series: z.array(pair).default([]),
  from: z.string().optional(),
  to: z.string().optional(),
  goal: z.number().optional(),
  vary: z.array(z.string()).default([]),
  maximise: z.string().optional(),
  minimise: z.string().optional(),
  budget: z.number().optional(),
  cost: z.array(pair).default([]),
  range: z.tuple([z.number(), z.number()]).default([0.5, 1.5]),
});

/** `almanac what-if RUN`: the forecast under other prices, promotions, weather. */
export function register(program: Command): void {
  withCommonOptions(
    program
      .command("what-if")
      .argument("<run>", "folder of a finished run")
      .description("the forecast with changed known covariates, or the change that reaches a goal or the best total"),
  )
    .option("--set <column=change...>", 'changes over the window, such as price="* 0.9" promotion=1', collectPair, [])
    .option("--series <key=value...>", "only these series", collectPair, [])
    .option("--from <date>", "first date of the change")
    .option("--to <date>", "last date of the change")
    .option("--goal <total>", "total to reach by changing --vary", number)
    .option("--vary <column...>", "columns that are multiplied to reach a goal or the best total")
    .option("--maximise <what>", "`total`, or a column such as price that each unit is worth")
    .option("--minimise <what>", "the same, as small as possible")
    .option("--budget <cost>", "what the changes may cost in all", number)
    .option("--cost <column=cost...>", "cost of one more unit of a column at one step", collectPair, [])
    .option("--range <least,most>", "factors between which to seek (default: 0.5,1.5)", range)
    .action(async (directory: string, given: unknown) => {
      const options = optionsSchema.parse(given);
      const output = outputOf(given);
      const signal = interruptSignal();
      await carryOut(output, signal, async () => {
        const { WhatIf } = await import("../server/deployments/what-if.ts");
        const model = new WhatIf();
        signal.addEventListener("abort", () => model.close(), { once: true });
        try {
          const ask: Session["ask"] = (kind, question) => model.ask(directory, kind, question);
          const session = { names: await ask("names", {}), ask };
          checkSeries(session, options);
          for (const column of [...options.set.map(([name]) => name), ...options.vary]) checkColumn(session, column);
          if (options.goal !== undefined) await seek(session, options, output);
          else if (options.maximise !== undefined || options.minimise !== undefined)
            await optimise(session, options, output);
          else await askWhatIf(session, options, output);
        } finally {
          model.close();
          signal.throwIfAborted();
        }
        return undefined;
      });
    });
}

type Options = z.infer<typeof optionsSchema>;

/** A run's model and what its series are called. */
interface Session {
  readonly names: WhatIfNames;
  ask<K extends WhatIfKind>(kind: K, question: WhatIfKinds[K]["question"]): Promise<WhatIfKinds[K]["answer"]>;
}

const everything = { series: 0, everywhere: true } as const;

async function askWhatIf({ names, ask }: Session, options: Options, output: Output): Promise<void> {
  const { base, baseTotals, scenarios } = await ask("forecast", {
    ...everything,
    where: whereOf(options),
    scenarios: [changesIn(options)],
  });
  const { total, totals, moved, warnings } = scenarios[0]!;
  const rows = names.keys.map((key, series) => {
    return { series: key.join(" · ") || names.name, before: baseTotals![series]!, after: totals![series]! };
  });
  output.say(differenceTable([...rows.slice(0, 40), { series: "all", before: base, after: total }]));
  if (rows.length > 40) output.say(`… and ${rows.length - 40} more series; --json lists all.`);
  if (moved.length > 1)
    output.say(`Moved by ${moved.map(({ factor, change }) => `${factor} ${signed(change)}`).join(", ")}.`);
  note(warnings, names, output);
  output.document({
    changes: changesIn(options),
    total: { before: base, after: total },
    moved,
    series: rows,
    warnings,
  });
}

function note(warnings: readonly ReportProblem[], { name }: WhatIfNames, output: Output): void {
  output.say("This is what the model learned; a correlation need not be a cause.");
  for (const problem of warnings) output.note(problemLine({ ...problem, file: name }));
}

function differenceTable(rows: readonly { series: string; before: number; after: number }[]): string {
  return textTable(
    [
      { heading: "series" },
      { heading: "forecast", right: true },
      { heading: "what if", right: true },
      { heading: "change", right: true },
    ],
    rows.map(({ series, before, after }) => [
      series,
      before.toPrecision(5),
      after.toPrecision(5),
      `${signed(after - before)} (${((100 * (after - before)) / (Math.abs(before) || 1)).toFixed(1)} %)`,
    ]),
  );
}

function signed(value: number): string {
  return `${value >= 0 ? "+" : "−"}${Math.abs(value).toPrecision(3)}`;
}

function whereOf({ series }: Options): Record<string, string> {
  return Object.fromEntries(series);
}

/** The changes of `--set`, with the dates they hold for. */
function changesIn({ set, from, to }: Options): WhatIfChange[] {
  return changesOf({
    name: "what-if",
    set: Object.fromEntries(set),
    from,
    to,
  }).changes;
}

/** The covariates that a search multiplies, between the factors of `--range`. */
function leversIn({ vary, range, from, to }: Options): WhatIfLever[] {
  return vary.map((covariate) => ({
    covariate,
    operation: "multiply" as const,
    range,
    from,
    to,
  }));
}

async function seek(session: Session, options: Options, output: Output): Promise<void> {
  const [lever] = leversIn(options);
  if (lever === undefined) {
    throw new DataError("--goal needs a column to change.", { code: "goal-without-column", fix: "Add --vary COLUMN." });
  }
  const { goal } = options;
  const question = { ...everything, where: whereOf(options), changes: changesIn(options), lever, goal: goal! };
  const { value, reached, answer } = await session.ask("goal", question);
  const [least, most] = options.range;
  output.say(
    reached
      ? `${lever.covariate} × ${value.toFixed(3)} gives a total of ${answer.total.toPrecision(5)}.`
      : `A total of ${goal} is out of reach between ${lever.covariate} × ${least} and × ${most}; the nearest is ${answer.total.toPrecision(5)} at × ${value}.`,
  );
  note(answer.warnings, session.names, output);
  const { total, warnings } = answer;
  output.document({ vary: lever.covariate, goal, factor: value, reached, total, warnings });
}

async function optimise(session: Session, options: Options, output: Output): Promise<void> {
  const levers = leversIn(options);
  if (levers.length === 0) {
    throw new DataError("A search needs columns to change.", {
      code: "goal-without-column",
      fix: "Add --vary COLUMN.",
    });
  }
  const { maximise, minimise, budget, cost } = options;
  const sought = maximise ?? minimise!;
  const costs = Object.fromEntries(cost.map(([column, each]) => [column, Number(each)]));
  const found = await session.ask("optimum", {
    ...everything,
    where: whereOf(options),
    changes: changesIn(options),
    levers,
    direction: maximise === undefined ? "minimise" : "maximise",
    ...(sought === "total" ? {} : { worth: sought }),
    ...(budget === undefined ? {} : { budget: { limit: budget, costs } }),
  });
  const best = found.values.map(({ covariate, value }) => `${covariate} × ${value.toFixed(3)}`).join(", ");
  const name = sought === "total" ? "total" : `total × ${sought}`;
  output.say(
    `${best} gives a ${name} of ${found.objective.best.toPrecision(5)}, against ${found.objective.base.toPrecision(5)} as planned.`,
  );
  if (budget !== undefined) output.say(`It costs ${found.cost.toPrecision(5)} of ${budget}.`);
  const bound = found.values.filter(({ atBound }) => atBound).map(({ covariate }) => covariate);
  if (bound.length > 0) output.say(`${bound.join(", ")} ended at a bound: the best value may lie beyond it.`);
  note(found.answer.warnings, session.names, output);
  output.document({ ...found, answer: undefined, total: found.answer.total, warnings: found.answer.warnings });
}

/** Keys are compared as texts; what selects no series is an error. */
function checkSeries({ names }: Session, { series }: Options): void {
  const fail = (message: string, fix: string): never => {
    throw new DataError(message, { code: "unknown-series", fix });
  };
  const at = (column: string) => names.keyColumns.indexOf(column);
  for (const [column, value] of series) {
    if (at(column) < 0) {
      fail(
        `\`${column}\` is not a key column of this model.`,
        `Key columns: ${names.keyColumns.join(", ") || "none"}.`,
      );
    }
    const values = [...new Set(names.keys.map((key) => key[at(column)]!))];
    if (values.includes(value)) continue;
    const near = values.find((known) => Number(known) === Number(value)) ?? nearest(value, values.slice(0, 10_000));
    fail(
      `No series has ${column} ${value}.`,
      near === undefined ? `Series have ${values.slice(0, 10).join(", ")}.` : `Did you mean ${near}?`,
    );
  }
  if (names.keys.some((key) => series.every(([column, value]) => key[at(column)] === value))) return;
  fail("No series has all these key values together.", "Leave one of them out.");
}

function checkColumn({ names }: Session, column: string): void {
  if (names.covariates.includes(column)) return;
  const near = nearest(column, names.covariates);
  throw new DataError(`\`${column}\` is not a known covariate of this model.`, {
    code: "scenario-column",
    column,
    fix:
      near === undefined ? `Known covariates: ${names.covariates.join(", ") || "none"}.` : `Did you mean \`${near}\`?`,
  });
}

function collectPair(text: string, before: [string, string][]): [string, string][] {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("Expected COLUMN=VALUE.");
  return [...before, [text.slice(0, at), text.slice(at + 1)]];
}

function number(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value)) throw new InvalidArgumentError("Expected a number.");
  return value;
}

function range(text: string): [number, number] {
  const [least, most] = text.split(",").map(Number);
  if (!(least! < most!)) throw new InvalidArgumentError("Expected two factors such as 0.5,1.5.");
  return [least!, most!];
}
