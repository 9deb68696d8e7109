import type { CodeLens, Command } from "vscode-languageserver-types";
import { hasEnded } from "../../../protocol/run-states.ts";
import { type ForecastDocument, places, toRange } from "./document.ts";
import type { Facts, RunFacts } from "./facts.ts";
import { isModelPlace } from "./roles.ts";
import { percent, shortNumber } from "./text.ts";

/** Commands over the experiment's first line, and the score of the last run over each model entry. */
export function lenses(document: ForecastDocument, uri: string, facts: Facts): CodeLens[] {
  const first = [...places(document)][0];
  if (first === undefined) return [];
  const top = toRange(document, first.from, first.to);
  const experiment = experimentCommands(facts.run, uri).map((command) => ({ range: top, command }));
  return [...experiment, ...modelLenses(document, uri, facts)];
}

function experimentCommands(run: RunFacts | undefined, uri: string): Command[] {
  const command = (title: string, name: string, ...more: unknown[]): Command => ({
    title,
    command: `almanac.${name}`,
    arguments: [uri, ...more],
  });
  if (run !== undefined && !hasEnded(run.state)) {
    const done = run.progress === undefined ? "" : ` (${percent(run.progress)})`;
    return [command(`$(debug-stop)\u00a0Stop${done}`, "stop", run.run), command("$(pulse)\u00a0Live", "live", run.run)];
  }
  const start = command(run?.stale === true ? "$(play)\u00a0Run again (changed)" : "$(play)\u00a0Run", "run");
  if (run?.state !== "finished") return [start];
  return [
    start,
    command("$(graph-line)\u00a0Report", "report", run.run),
    command("$(git-compare)\u00a0Compare", "compare", run.run),
    command("$(rocket)\u00a0Deploy", "deploy", run.run),
  ];
}

function modelLenses(document: ForecastDocument, uri: string, facts: Facts): CodeLens[] {
  const lines = new Set<number>();
  return [...places(document)].flatMap(({ path, part, text, from, to }) => {
    if (!isModelPlace(path, part)) return [];
    const range = toRange(document, from, to);
    // Several models on one line would push each other aside; the hover has their scores.
    if (lines.has(range.start.line)) return [];
    lines.add(range.start.line);
    const rank = facts.run?.leaderboard.findIndex(({ model }) => model === text) ?? -1;
    const entry = facts.run?.leaderboard[rank];
    const score = entry === undefined ? "" : ` · rank ${rank + 1} · ${shortNumber(entry.score)}`;
    return [
      {
        range,
        command: { title: `$(play)\u00a0Run ${text} alone${score}`, command: "almanac.run", arguments: [uri, [text]] },
      },
    ];
  });
}
