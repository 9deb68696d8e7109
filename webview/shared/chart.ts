import type { ChartTheme, Figure } from "../charts/figure.ts";
import { csv } from "./csv.ts";
import { type Child, fill, h, uniqueId } from "./dom.ts";
import { loadPlotly, type PlotlyElement, type PlotlyEvent, plotlyConfig } from "./plotly.ts";
import { fileName, saveFile } from "./save.ts";
import { type Cell, dataTable } from "./table.ts";
import { readTheme, watchTheme } from "./theme.ts";

/** The numbers behind a chart. */
export interface ChartTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

export interface ChartSettings {
  readonly title: string;
  /** One sentence under the title; also what a screen reader says of the picture. */
  readonly summary: () => string;
  /** Nothing where there is nothing to draw: then `empty` says why. */
  readonly figure: (theme: ChartTheme) => Figure | undefined;
  readonly table: () => ChartTable;
  readonly empty?: string;
  /** Buttons and choices beside the title. */
  readonly controls?: Child;
  /** Below the picture. */
  readonly footer?: Child;
  /** Height in pixels. */
  readonly height?: number | (() => number);
  readonly onClick?: (event: PlotlyEvent) => void;
  readonly onZoom?: (event: PlotlyEvent) => void;
}

/** A chart with its title, sentence, table and downloads. */
export interface Chart {
  readonly element: HTMLElement;
  /** Draws again: at once where it can be seen, else when it comes into view. */
  update(): void;
}

const charts = new Set<{ invalidate(): void; drawNow(): void }>();
let theme: ChartTheme | undefined;

/** Draws every chart, seen or not: a printed page has no scrolling. */
function drawAll(): void {
  for (const chart of charts) chart.drawNow();
}

function currentTheme(): ChartTheme {
  if (theme === undefined) {
    watchTheme(() => {
      theme = undefined;
      for (const chart of charts) chart.invalidate();
    });
    addEventListener("beforeprint", drawAll);
  }
  theme ??= readTheme();
  return theme;
}

/** Makes a chart; nothing is drawn, and the chart library not loaded, before it comes near the visible part. */
export function chart(settings: ChartSettings): Chart {
  const heading = uniqueId("chart");
  const plot = h("div", {
    class: "plot",
    role: "img",
    "aria-label": `Chart: ${settings.title}.`,
  }) as HTMLElement as PlotlyElement;
  const place = h("div", { class: "plot-table", hidden: true });
  const empty = h("p", { class: "empty", hidden: true }, settings.empty ?? "There is nothing to draw.");
  const summary = h("p", { class: "summary" });
  const tableButton = h(
    "button",
    { type: "button", class: "quiet", "aria-pressed": "false", onclick: () => toggleTable() },
    "Table",
  );
  let stale = true;
  let visible = false;
  let listening = false;

  const toggleTable = () => {
    const shown = place.hidden;
    place.hidden = !shown;
    tableButton.setAttribute("aria-pressed", String(shown));
    if (shown) fillTable();
  };
  const fillTable = () => {
    const { columns, rows } = settings.table();
    const definitions = columns.map((title, index) => ({
      title,
      value: (row: readonly Cell[]) => row[index] ?? null,
      numeric: rows.some((row) => typeof row[index] === "number"),
    }));
    fill(place, dataTable({ caption: `${settings.title}: the numbers`, columns: definitions, rows, limit: 50 }));
  };
  const draw = async () => {
    stale = false;
    const figure = settings.figure(currentTheme());
    plot.hidden = figure === undefined;
    empty.hidden = figure !== undefined;
    summary.textContent = figure === undefined ? "" : settings.summary();
    plot.setAttribute("aria-label", `Chart: ${settings.title}. ${summary.textContent}`);
    if (!place.hidden) fillTable();
    if (figure === undefined) return;
    plot.style.height = `${typeof settings.height === "function" ? settings.height() : (settings.height ?? 320)}px`;
    const plotly = await loadPlotly();
    await plotly.react(plot, figure.data, { autosize: true, ...figure.layout }, plotlyConfig);
    if (listening) return;
    listening = true;
    if (settings.onClick !== undefined) plot.on("plotly_click", settings.onClick);
    if (settings.onZoom !== undefined) plot.on("plotly_relayout", settings.onZoom);
  };
  const drawNow = () => {
    if (stale) void draw();
  };
  const update = () => {
    stale = true;
    if (visible) drawNow();
  };
  const savePicture = async () => {
    drawNow();
    const plotly = await loadPlotly();
    const url = await plotly.toImage(plot, { format: "png", width: 1200, height: 600, scale: 2 });
    await saveFile(`${fileName(settings.title)}.png`, dataBlob(url));
  };
  const saveNumbers = () => {
    const { columns, rows } = settings.table();
    const text = csv(columns, rows);
    void saveFile(`${fileName(settings.title)}.csv`, new Blob([text], { type: "text/csv" }));
  };
  const element = h(
    "section",
    { class: "chart card", "aria-labelledby": heading },
    h(
      "header",
      {},
      h("h3", { id: heading }, settings.title),
      h(
        "div",
        { class: "actions" },
        settings.controls,
        tableButton,
        h("button", { type: "button", class: "quiet", title: "Download the numbers", onclick: saveNumbers }, "CSV"),
        h(
          "button",
          { type: "button", class: "quiet", title: "Download the picture", onclick: () => void savePicture() },
          "PNG",
        ),
      ),
    ),
    summary,
    empty,
    plot,
    place,
    settings.footer,
  );
  charts.add({ invalidate: update, drawNow });
  const observer = new IntersectionObserver(
    (entries) => {
      visible = entries.at(-1)?.isIntersecting === true;
      if (visible) drawNow();
    },
    { rootMargin: "300px" },
  );
  observer.observe(element);
  return { element, update };
}

function dataBlob(url: string): Blob {
  const binary = atob(url.slice(url.indexOf(",") + 1));
  return new Blob([Uint8Array.from(binary, (character) => character.charCodeAt(0))], { type: "image/png" });
}
