/** `node bench/explain-picture.ts RUN`: the simulator's truth beside a retail run's attributions, as docs/images/explain-truth.png. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { chromium } from "playwright-core";
import { type ChartTheme, type Figure, frame, withAlpha } from "../webview/charts/figure.ts";
import { comparison, type FactorTruth } from "./explain.ts";

const root = path.join(import.meta.dirname, "..");

const theme: ChartTheme = {
  text: "rgb(26, 31, 38)",
  muted: "rgb(89, 98, 111)",
  line: "rgb(216, 221, 228)",
  surface: "rgb(255, 255, 255)",
  accent: "rgb(0, 103, 176)",
  second: "rgb(180, 83, 9)",
  positive: "rgb(27, 117, 187)",
  negative: "rgb(194, 65, 12)",
  good: "rgb(11, 110, 79)",
  warn: "rgb(138, 90, 0)",
  palette: ["rgb(0, 103, 176)", "rgb(180, 83, 9)"],
  font: "system-ui, sans-serif",
};

/** Every forecast's true effect over what the model attributes to the factor, with the line on which both are the same. */
function truthFigure({ factor, own, real, fit }: FactorTruth): Figure {
  const reach = Math.max(...own.map(Math.abs), ...real.map(Math.abs)) * 1.05;
  const axis = { range: [-reach, reach], showgrid: true, zeroline: true };
  return {
    data: [
      {
        type: "scatter",
        mode: "lines",
        x: [-reach, reach],
        y: [-reach, reach],
        line: { color: theme.second, dash: "dash" },
      },
      {
        type: "scatter",
        mode: "markers",
        x: real,
        y: own,
        marker: { color: withAlpha(theme.accent, 0.5), size: 6 },
      },
    ],
    layout: {
      ...frame(theme, { ...axis, title: "truth (units)" }, { ...axis, title: "attributed (units)" }),
      showlegend: false,
      width: 400,
      height: 380,
      title: { text: `${factor}: R² ${fit.toFixed(2)}` },
      margin: { l: 60, r: 16, t: 44, b: 52 },
    },
  };
}

/** Mean size of every factor's effect, true and attributed. */
function orderFigure(found: readonly FactorTruth[]): Figure {
  const size = (values: readonly number[]) => values.reduce((sum, value) => sum + Math.abs(value), 0) / values.length;
  const ranked = found.toSorted((a, b) => size(b.real) - size(a.real));
  const bars = (name: string, color: string, values: (each: FactorTruth) => readonly number[]) => ({
    type: "bar",
    name,
    x: ranked.map(({ factor }) => factor),
    y: ranked.map((each) => size(values(each))),
    marker: { color },
  });
  return {
    data: [bars("truth", theme.second, ({ real }) => real), bars("attributed", theme.accent, ({ own }) => own)],
    layout: {
      ...frame(theme, { type: "category" }, { title: "mean size (units)" }),
      barmode: "group",
      width: 400,
      height: 380,
      title: { text: "Mean size of each effect" },
      legend: { orientation: "h", x: 1, xanchor: "right", y: 1 },
      margin: { l: 60, r: 16, t: 44, b: 52 },
    },
  };
}

const found = await comparison(process.argv[2]!);
const figures = [orderFigure(found), ...found.map(truthFigure)];
const browser = await chromium.launch({
  executablePath: process.env.ALMANAC_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
});
try {
  const page = await browser.newPage({ viewport: { width: 1240, height: 800 }, deviceScaleFactor: 1.5 });
  await page.setContent(
    '<body style="margin:0;background:#fff"><div id="all" style="display:grid;grid-template-columns:repeat(3,400px);gap:8px;padding:8px"></div>',
  );
  await page.addScriptTag({ content: `${readFileSync(path.join(root, "dist/webview/plotly.js"), "utf8")}` });
  await page.evaluate(`(async () => {
    for (const figure of ${JSON.stringify(figures)}) {
      const place = document.createElement("div");
      document.getElementById("all").append(place);
      await Plotly.newPlot(place, figure.data, figure.layout, { displayModeBar: false });
    }
  })()`);
  await page.locator("#all").screenshot({ path: path.join(root, "docs/images/explain-truth.png") });
} finally {
  await browser.close();
}
