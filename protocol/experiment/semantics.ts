import type { Problem } from "../errors.ts";
import type { Experiment } from "./schema.ts";

type PathProblem = Omit<Problem, "path"> & { readonly path: readonly (string | number)[]; readonly atKey?: boolean };

/** What is wrong with an experiment beyond the shape of its values, as far as the text alone tells. */
export function semanticProblems(experiment: Experiment): PathProblem[] {
  return [
    ...columnRoles(experiment),
    ...quantileOrder(experiment),
    ...boundsOrder(experiment),
    ...scenarioColumns(experiment),
    ...monotoneColumns(experiment),
  ];
}

/** A column has one role: a target among the covariates would leak, a key among them means nothing. */
function columnRoles(experiment: Experiment): PathProblem[] {
  const roles: { column: string; path: (string | number)[]; role: string }[] = [
    { column: experiment.data.time, path: ["data", "time"], role: "the time column" },
    { column: experiment.data.target, path: ["data", "target"], role: "the target" },
    ...experiment.data.series.map((column, index) => ({
      column,
      path: ["data", "series", index],
      role: "a series key",
    })),
    ...(["known", "observed", "static"] as const).flatMap((kind) =>
      experiment.covariates[kind].map((column, index) => ({
        column,
        path: ["covariates", kind, index],
        role: `${kind === "observed" ? "an" : "a"} ${kind} covariate`,
      })),
    ),
  ];
  const first = new Map<string, string>();
  return roles.flatMap(({ column, path, role }) => {
    const other = first.get(column);
    if (other === undefined) {
      first.set(column, role);
      return [];
    }
    return [
      {
        severity: "error" as const,
        code: "column-used-twice",
        message:
          other === role ? `\`${column}\` is listed twice.` : `\`${column}\` is ${other} and cannot be ${role} too.`,
        fix: "Remove one of the two.",
        path,
      },
    ];
  });
}

function quantileOrder(experiment: Experiment): PathProblem[] {
  const { quantiles } = experiment.forecast;
  return quantiles.flatMap((level, index) =>
    index > 0 && level <= quantiles[index - 1]!
      ? [
          {
            severity: "error" as const,
            code: "quantile-order",
            message: `Quantile ${level} does not come after ${quantiles[index - 1]}.`,
            fix: "List each level once, in ascending order.",
            path: ["forecast", "quantiles", index],
          },
        ]
      : [],
  );
}

function boundsOrder({ forecast: { minimum, maximum } }: Experiment): PathProblem[] {
  if (minimum === undefined || maximum === undefined || minimum < maximum) return [];
  return [
    {
      severity: "error",
      code: "bounds-order",
      message: `The maximum ${maximum} is not above the minimum ${minimum}.`,
      fix: "Swap the two, or leave one out.",
      path: ["forecast", "maximum"],
    },
  ];
}

/** Only a column whose future is known can be held to a direction. */
function monotoneColumns({ covariates: { known, monotone } }: Experiment): PathProblem[] {
  return Object.keys(monotone).flatMap((column) =>
    known.includes(column)
      ? []
      : [
          {
            severity: "error" as const,
            code: "monotone-column",
            message: `The constraint names \`${column}\`, which is not a known covariate.`,
            fix: "Add it to covariates.known, or constrain another column.",
            path: ["covariates", "monotone", column],
            atKey: true,
          },
        ],
  );
}

function scenarioColumns(experiment: Experiment): PathProblem[] {
  const known = new Set(experiment.covariates.known);
  return experiment.scenarios.flatMap((scenario, index) =>
    Object.keys(scenario.set).flatMap((column) =>
      known.has(column)
        ? []
        : [
            {
              severity: "error" as const,
              code: "scenario-column",
              message: `The scenario changes \`${column}\`, which is not a known covariate.`,
              fix: "Add it to covariates.known, or change another column.",
              path: ["scenarios", index, "set", column],
              atKey: true,
            },
          ],
    ),
  );
}
