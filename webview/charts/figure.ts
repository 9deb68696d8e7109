/** What Plotly draws. Traces and layouts are plain data that tests can look into. */
export interface Figure {
  readonly data: readonly Readonly<Record<string, unknown>>[];
  readonly layout: Readonly<Record<string, unknown>>;
}

/** Colours as `rgb(…)` text. */
export interface ChartTheme {
  readonly text: string;
  readonly muted: string;
  readonly line: string;
  readonly surface: string;
  /** The model's own forecast. */
  readonly accent: string;
  /** What it is compared with. */
  readonly second: string;
  readonly positive: string;
  readonly negative: string;
  readonly good: string;
  readonly warn: string;
  /** Eight colours that stay apart for colour-blind readers. */
  readonly palette: readonly string[];
  readonly font: string;
}

/** A colour with transparency. */
export function withAlpha(colour: string, alpha: number): string {
  const parts = colour.match(/[\d.]+/g)?.slice(0, 3);
  return parts === undefined ? colour : `rgba(${parts.join(", ")}, ${alpha})`;
}

/** The frame that every chart shares; `x` and `y` are Plotly axis settings on top of it. */
export function frame(
  theme: ChartTheme,
  x: Readonly<Record<string, unknown>> = {},
  y: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  const axis = {
    gridcolor: withAlpha(theme.line, 0.6),
    linecolor: theme.line,
    zerolinecolor: theme.line,
    tickcolor: theme.line,
    tickfont: { color: theme.muted, size: 12 },
    automargin: true,
  };
  return {
    font: { family: theme.font, color: theme.text, size: 13 },
    paper_bgcolor: "rgba(0, 0, 0, 0)",
    plot_bgcolor: "rgba(0, 0, 0, 0)",
    margin: { l: 8, r: 16, t: 12, b: 8 },
    hovermode: "x unified",
    hoverlabel: { bgcolor: theme.surface, bordercolor: theme.line, font: { color: theme.text, family: theme.font } },
    dragmode: "zoom",
    legend: {
      orientation: "h",
      traceorder: "normal",
      x: 0,
      y: 1,
      yanchor: "bottom",
      font: { color: theme.text, size: 12 },
      bgcolor: "rgba(0, 0, 0, 0)",
    },
    xaxis: { ...axis, showgrid: false, ticks: "outside", ticklen: 4, ...titled(theme, x) },
    yaxis: { ...axis, zeroline: false, nticks: 7, ...titled(theme, y) },
  };
}

/** Characters of an axis title that fit beside a chart in a narrow column. */
const titleLength = 42;

/** Titles given as plain text get the quiet colour of the axis. */
function titled(theme: ChartTheme, axis: Readonly<Record<string, unknown>>): Record<string, unknown> {
  if (typeof axis.title !== "string") return { ...axis };
  return {
    ...axis,
    title: { text: shorten(axis.title, titleLength), font: { color: theme.muted, size: 12 }, standoff: 8 },
  };
}

/** Names come from the user's data: Plotly would read `<b>` in them as markup. */
export function escapeMarkup(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** A name that fits a legend or a tick. */
export function shorten(text: string, length = 36): string {
  return escapeMarkup(cut(text, length));
}

function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  return `${text.slice(0, Math.ceil(length * 0.6))}…${text.slice(-Math.floor(length * 0.4) + 1)}`;
}

/**
 * Names of a chart's rows, short and no two alike: Plotly draws rows of one name over each other. Where the usual cut would make
 * several alike, the part is kept in which they begin to differ.
 */
export function rowNames(names: readonly string[], length = 28): string[] {
  const short = names.map((name) => cut(name, length));
  const told = names.map((name, row) => {
    const alike = names.filter((_, other) => short[other] === short[row]);
    return alike.length === 1 ? short[row]! : cutAround(name, firstDifference(alike), length);
  });
  const times = new Map<string, number>();
  return told.map((name) => {
    const time = 1 + (times.get(name) ?? 0);
    times.set(name, time);
    return escapeMarkup(time === 1 ? name : `${name} (${time})`);
  });
}

function firstDifference(names: readonly string[]): number {
  const shortest = Math.min(...names.map((name) => name.length));
  for (let at = 0; at < shortest; at++) if (names.some((name) => name[at] !== names[0]![at])) return at;
  return shortest;
}

function cutAround(text: string, at: number, length: number): string {
  if (text.length <= length) return text;
  const start = Math.max(0, Math.min(at - Math.floor(length / 2), text.length - length + 1));
  const part = text.slice(start, start + length - 2);
  return `${start > 0 ? "…" : ""}${part}${start + part.length < text.length ? "…" : ""}`;
}
