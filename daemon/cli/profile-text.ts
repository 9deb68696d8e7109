import type { CovariateProfile, DataProfile } from "../../protocol/profile.ts";
import { textTable } from "./table.ts";

/** A profile as text: the panel, its series, and what the covariates have to do with the target. */
export function profileText(profile: DataProfile): string {
  const { lengths, intermittency } = profile;
  const facts = [
    ["series", whole(profile.series)],
    ["steps", `${whole(profile.rows)}, one a ${profile.frequency}`],
    ["from … to", `${day(profile.start)} … ${day(profile.end)}`],
    ["length of a series", `${whole(lengths.minimum)} … ${whole(lengths.maximum)}, median ${whole(lengths.median)}`],
    ["target missing", percent(profile.missing)],
    ["target zero", percent(profile.zeros)],
    ["trend strength", profile.trend.toFixed(2)],
    [
      "season strength",
      profile.seasons.map(({ season, strength }) => `${season}: ${strength.toFixed(2)}`).join(", ") || "none",
    ],
    ["outliers", whole(profile.outliers)],
    [
      "demand",
      Object.entries(intermittency)
        .map(([kind, count]) => `${count} ${kind}`)
        .join(", "),
    ],
  ];
  const head = textTable([{ heading: "data" }, { heading: "" }], facts);
  if (profile.covariates.length === 0) return head;
  const covariates = textTable(
    [
      { heading: "covariate" },
      { heading: "role" },
      { heading: "kind" },
      { heading: "missing", right: true },
      { heading: "correlation", right: true },
      { heading: "ahead by", right: true },
      { heading: "" },
    ],
    profile.covariates.map((covariate) => [
      covariate.name,
      covariate.role,
      covariate.kind,
      percent(covariate.missing),
      covariate.correlation?.toFixed(2) ?? "–",
      covariate.lag === 0 ? "" : `${covariate.lag} steps`,
      remarks(covariate),
    ]),
  );
  return `${head}\n\n${covariates}`;
}

function remarks({ constant, duplicateOf, leak }: CovariateProfile): string {
  return [
    constant ? "constant" : "",
    duplicateOf === undefined ? "" : `same as ${duplicateOf}`,
    leak ? "may be made from the target" : "",
  ]
    .filter((text) => text !== "")
    .join(", ");
}

function whole(value: number): string {
  return value.toLocaleString("en");
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function day(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 10);
}
