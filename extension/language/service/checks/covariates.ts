import type { ForecastDocument } from "../document.ts";
import type { Facts } from "../facts.ts";
import type { Finding } from "../finding.ts";
import { horizonSteps, integerAt } from "../horizon.ts";
import { type Mention, mentions } from "../roles.ts";
import { count } from "../text.ts";

/** Covariates whose values contradict their role: no future values, too close to the target, not static. */
export function checkCovariates(document: ForecastDocument, facts: Facts): Finding[] {
  return mentions(document).flatMap((mention) => {
    if (mention.role === "known") return [...leak(mention, facts), ...future(mention, document, facts)];
    if (mention.role === "static") return varying(mention, facts);
    return [];
  });
}

function leak({ text, path, from, to }: Mention, facts: Facts): Finding[] {
  const found = facts.data?.panel?.leaks.find(({ column }) => column === text);
  if (found === undefined) return [];
  return [
    {
      severity: "warning",
      code: "leakage-suspicion",
      message: `\`${text}\` follows the target almost exactly (correlation ${found.correlation.toFixed(3)}): it may be computed from it.`,
      fix: "If it is not known before the target is, move it to `observed` or remove it.",
      path,
      at: { from, to },
      repair: { kind: "move-to-observed", column: text },
    },
  ];
}

function future({ text, path, from, to }: Mention, document: ForecastDocument, facts: Facts): Finding[] {
  const panel = facts.data?.panel;
  const available = panel?.futureOf[text];
  const horizon = horizonSteps(document, panel?.frequency);
  if (available === undefined || horizon === undefined) return [];
  const needed = horizon + integerAt(document, ["forecast", "gap"], 0);
  if (available >= needed) return [];
  const has =
    available === 0
      ? "no values after the last target"
      : `values for only ${count(available, "step")} after the last target`;
  return [
    {
      severity: "warning",
      code: "no-future-values",
      message: `\`${text}\` is declared known, but has ${has}; the forecast window needs ${needed}, so its last value would be carried on.`,
      fix: "Add rows with an empty target, give `data.future`, or move it to `observed`.",
      path,
      at: { from, to },
      repair: { kind: "move-to-observed", column: text },
    },
  ];
}

function varying({ text, path, from, to }: Mention, facts: Facts): Finding[] {
  if (facts.data?.panel?.varying.includes(text) !== true) return [];
  return [
    {
      severity: "warning",
      code: "static-varies",
      message: `\`${text}\` has several values within a series, so it is not static.`,
      fix: "Move it to `observed`, or to `known` where its future is known.",
      path,
      at: { from, to },
      repair: { kind: "move-to-observed", column: text },
    },
  ];
}
