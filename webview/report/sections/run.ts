import { h } from "../../shared/dom.ts";
import { formatSeconds } from "../../shared/format.ts";
import { outline } from "../../shared/outline.ts";
import type { ReportContext, Section } from "../context.ts";
import { section } from "../section.ts";

/** What it takes to get the same numbers again. */
export function runSection({ summary }: ReportContext): Section {
  const { run, experiment } = summary;
  const fact = (label: string, value: string) => h("div", {}, h("dt", {}, label), h("dd", {}, value));
  return section(
    "run",
    "Run",
    "Same file, same data, same seed, same device and same versions: the same numbers.",
    h(
      "div",
      { class: "card" },
      h(
        "dl",
        { class: "facts" },
        fact("Run", run.id),
        fact("Started", run.started),
        fact("Took", formatSeconds(run.seconds)),
        fact("Device", run.device),
        fact("Seed", String(run.seed)),
        fact("Data fingerprint", run.fingerprint),
        Object.entries(run.versions).map(([name, version]) => fact(name, version)),
      ),
      h(
        "details",
        {},
        h("summary", {}, "Experiment as resolved, defaults included"),
        h("pre", { tabindex: 0 }, outline(experiment.settings)),
      ),
    ),
  );
}
