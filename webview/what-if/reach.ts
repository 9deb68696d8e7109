import type { ReportSummary } from "../../protocol/report.ts";
import { h } from "../shared/dom.ts";
import { plural } from "../shared/format.ts";
import type { Reach, WhatIfState } from "./state.ts";

interface Choice {
  readonly label: string;
  readonly reach: Reach;
}

/** Which series a change may hold for: this one, all, or those that share a key with it. */
function choicesOf({ series, experiment }: ReportSummary, index: number): Choice[] {
  const own = series.keys[index] ?? [];
  const shared =
    own.length < 2
      ? []
      : experiment.keyColumns.map((column, position) => {
          const value = own[position]!;
          const count = series.keys.filter((key) => key[position] === value).length;
          return {
            label: `${column} ${value}: ${plural(count, "series", "series")}`,
            reach: { everywhere: true, where: { [column]: value } },
          };
        });
  return [
    { label: "this series", reach: { everywhere: false, where: {} } },
    ...shared,
    { label: `all ${plural(series.keys.length, "series", "series")}`, reach: { everywhere: true, where: {} } },
  ];
}

/** Choice of the series that changes hold for; nothing where there is only one. */
export function reachControl(summary: ReportSummary, index: number, state: () => WhatIfState): HTMLElement | null {
  if (summary.series.keys.length < 2) return null;
  const choices = choicesOf(summary, index);
  const { everywhere, where } = state().reach;
  const select = h(
    "select",
    {
      "aria-label": "Series that change",
      onchange: () => state().extend(choices[select.selectedIndex]!.reach),
    },
    choices.map(({ label }) => h("option", {}, label)),
  );
  const column = Object.keys(where)[0];
  const chosen = choices.findIndex(
    ({ reach }) => reach.everywhere === everywhere && Object.keys(reach.where)[0] === column,
  );
  select.selectedIndex = Math.max(0, chosen);
  return h("div", { class: "control span" }, h("span", { class: "muted" }, "for"), select);
}

/** The reach as an entry of `scenarios:` writes it; nothing where it holds for every series. */
export function writtenReach(
  { series, experiment }: ReportSummary,
  index: number,
  { everywhere, where }: Reach,
): Record<string, string> | undefined {
  if (everywhere) return Object.keys(where).length === 0 ? undefined : { ...where };
  const own = series.keys[index] ?? [];
  return own.length === 0
    ? undefined
    : Object.fromEntries(experiment.keyColumns.map((column, at) => [column, own[at]!]));
}
