import type { Factor } from "./facts.ts";
import { shortNumber } from "./text.ts";

const width = 320;
const height = 120;
const margin = 8;
/** Correlations below this tell no direction. */
const noDirection = 0.1;

/** What a factor did to the forecasts of the last run, with a picture of its contributions over its values. */
export function factorMarkdown({ name, share, direction, size, points = [] }: Factor): string {
  const turn =
    direction === null || Math.abs(direction) < noDirection
      ? ""
      : `; more of it ${direction > 0 ? "raises" : "lowers"} the forecast`;
  const moves = size === undefined ? "" : `, ${shortNumber(size)} a forecast on average`;
  const words = `**Last run**: ${Math.round(100 * share)} % of all contributions${moves}${turn}. A correlation need not be a cause.`;
  if (points.length < 3) return words;
  const values = points.map(([value]) => value);
  const range = `${shortNumber(Math.min(...values))} to ${shortNumber(Math.max(...values))}`;
  return `${words}\n\n![Contribution of ${name.replaceAll(/[[\]]/g, "")} over its values](${dependence(points)})\n\nContribution over values from ${range}`;
}

/** Contributions over values as an SVG data address; readable on light and dark ground. */
function dependence(points: NonNullable<Factor["points"]>): string {
  const scale = (numbers: readonly number[], from: number, to: number) => {
    const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
    return (value: number) => (from + ((value - least) / (most - least || 1)) * (to - from)).toFixed(1);
  };
  const x = scale(
    points.map(([value]) => value),
    margin,
    width - margin,
  );
  const y = scale([0, ...points.map(([, contribution]) => contribution)], height - margin, margin);
  const dots = points.map(
    ([value, contribution]) =>
      `<circle cx="${x(value)}" cy="${y(contribution)}" r="2.5" fill="#3794ff" fill-opacity="0.6"/>`,
  );
  const zero = `<path d="M${margin} ${y(0)}H${width - margin}" stroke="#888" stroke-dasharray="3 3"/>`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${zero}${dots.join("")}</svg>`;
  return `data:image/svg+xml;base64,${btoa(svg)}`;
}
