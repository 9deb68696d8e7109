import type { TextEdit } from "vscode-languageserver-types";
import { type ForecastDocument, openDocument, toOffset } from "../../extension/language/service/document.ts";
import type { Facts } from "../../extension/language/service/facts.ts";
import type { DataFacts } from "../../protocol/facts.ts";

/** A text with one `|` where the cursor is. */
export function atCursor(marked: string): { document: ForecastDocument; offset: number } {
  const text = marked.replace(/^\n/, "");
  const offset = text.indexOf("|");
  if (offset < 0) throw new Error("the fixture has no cursor");
  return { document: open(text.slice(0, offset) + text.slice(offset + 1)), offset };
}

export function open(text: string): ForecastDocument {
  return openDocument(text.replace(/^\n/, ""), "retail.forecast.yaml");
}

/** What the `# ^^^ code` comments below the lines of a fixture expect: `line:from-to code`. */
export function expectations(text: string): string[] {
  const lines = text.replace(/^\n/, "").split("\n");
  let line = 0;
  return lines.flatMap((content, index) => {
    const match = /^#\s*(\^+) (\S+)/.exec(content);
    if (match === null) {
      line = index;
      return [];
    }
    const from = content.indexOf("^");
    return [`${line}:${from}-${from + match[1]!.length} ${match[2]}`];
  });
}

/** The text after the edits. */
export function applyEdits(document: ForecastDocument, edits: readonly TextEdit[]): string {
  const sorted = edits
    .map(({ range, newText }, index) => ({
      index,
      from: toOffset(document, range.start),
      to: toOffset(document, range.end),
      newText,
    }))
    // Of insertions at the same place the first one comes first.
    .toSorted((a, b) => b.from - a.from || b.index - a.index);
  return sorted.reduce((text, { from, to, newText }) => text.slice(0, from) + newText + text.slice(to), document.text);
}

const column = (name: string, type: "number" | "text" | "time", missing = 0, distinct = 50) => ({
  name,
  type,
  missing,
  distinct,
  examples: type === "text" ? ["north", "south"] : [],
  profile: type === "number" ? [1, 3, 2, null, 5] : [],
});

/** A store's data: 40 days a series, 28 of them with future promotion but no future price. */
export const retail: DataFacts = {
  rows: 400,
  columns: [
    column("date", "time"),
    column("store", "text", 0, 4),
    column("units", "number", 0.07, 120),
    column("price", "number"),
    column("promotion", "number", 0, 2),
    column("footfall", "number", 0.02),
    column("net units", "number"),
    column("region", "text", 0, 2),
  ],
  panel: {
    series: 4,
    shortest: 40,
    longest: 90,
    frequency: "day",
    seasons: [7, 365],
    start: "2025-01-01",
    end: "2025-03-31",
    futureSteps: 28,
    futureOf: { price: 0, promotion: 28, footfall: 0, "net units": 28 },
    leaks: [{ column: "net units", correlation: 0.9998 }],
    varying: ["price", "promotion", "footfall"],
  },
};

export const facts: Facts = {
  data: retail,
  files: ["data/sales.csv", "data/prices.parquet"],
  remotes: ["gpu-box"],
  models: [
    {
      name: "auto-ets",
      title: "AutoETS",
      summary: "Exponential smoothing with automatic components.",
      family: "statistical",
      paper: { citation: "Hyndman et al. 2002", url: "https://doi.org/10.1016/S0169-2070(01)00110-8" },
      options: {
        type: "object",
        properties: {
          damped: { type: "boolean", default: true, description: "Whether a trend may flatten out." },
          season: { type: "string", enum: ["additive", "multiplicative"], description: "Form of the season." },
        },
      },
    },
    {
      name: "seasonal-naive",
      title: "Seasonal naive",
      summary: "The value of one season ago.",
      family: "baseline",
      paper: { citation: "Hyndman & Athanasopoulos 2021" },
      options: { type: "object", properties: {} },
    },
  ],
};
