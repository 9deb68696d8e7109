import type { PanelFacts } from "../../../../protocol/facts.ts";
import type { ForecastDocument } from "../document.ts";
import type { Facts } from "../facts.ts";
import type { Finding } from "../finding.ts";
import { horizonSteps, integerAt } from "../horizon.ts";
import { count } from "../text.ts";

/** Fewest steps of history a model is fitted on. */
const leastHistory = 3;

/** Horizon, windows and season against the length of the shortest series. */
export function checkLengths(document: ForecastDocument, facts: Facts): Finding[] {
  const panel = facts.data?.panel;
  const horizon = horizonSteps(document, panel?.frequency);
  if (panel === undefined || horizon === undefined) return [];
  const gap = integerAt(document, ["forecast", "gap"], 0);
  const step = integerAt(document, ["evaluation", "step"], horizon, 1);
  const windows = integerAt(document, ["evaluation", "windows"], 3, 1);
  const longest = panel.shortest - leastHistory - gap;
  if (horizon > longest) return [tooLong(horizon, longest, panel)];
  const fitting = Math.floor((longest - horizon) / step) + 1;
  if (windows > fitting) return [tooMany(windows, fitting, panel)];
  return season(panel, panel.shortest - gap - horizon - (windows - 1) * step, windows, step);
}

function tooLong(horizon: number, longest: number, panel: PanelFacts): Finding {
  const advice =
    longest < 1 ? "Leave out such short series, or gather more history." : `Reduce it to ${longest} or less.`;
  return {
    severity: "error",
    code: "horizon-too-long",
    message: `A horizon of ${count(horizon, "step")} is too long for the shortest series, which has ${count(panel.shortest, "step")}.`,
    fix: advice,
    path: ["forecast", "horizon"],
    ...(longest < 1 ? {} : { repair: setTo(["forecast", "horizon"], longest, "horizon") }),
  };
}

function tooMany(windows: number, fitting: number, panel: PanelFacts): Finding {
  return {
    severity: "warning",
    code: "windows-too-many",
    message: `${windows} backtest windows do not fit into the shortest series, which has ${count(panel.shortest, "step")}.`,
    fix: `Reduce \`evaluation.windows\` to ${fitting}, or \`evaluation.step\`.`,
    path: ["evaluation", "windows"],
    repair: setTo(["evaluation", "windows"], fitting, "windows"),
  };
}

function setTo(path: readonly string[], value: number, name: string): Finding["repair"] {
  return { kind: "set", path, text: String(value), title: `Set ${name} to ${value}` };
}

function season(panel: PanelFacts, history: number, windows: number, step: number): Finding[] {
  const season = panel.seasons[0];
  if (season === undefined || history >= 2 * season) return [];
  const fewer = windows - Math.ceil((2 * season - history) / step);
  return [
    {
      severity: "information",
      code: "season-not-covered",
      message: `Before the first backtest origin the shortest series has ${count(history, "step")}: less than two seasons of ${season}.`,
      fix: "Seasonal models will do without it there; fewer windows leave more history.",
      path: ["evaluation", "windows"],
      ...(fewer < 1 ? {} : { repair: setTo(["evaluation", "windows"], fewer, "windows") }),
    },
  ];
}
