import type { WhatIfCovariate } from "../../protocol/what-if.ts";
import { uniqueId } from "../shared/dom.ts";
import { formatNumber, formatPercent } from "../shared/format.ts";
import type { Cell } from "./plan.ts";

const space = "http://www.w3.org/2000/svg";
const [width, height] = [240, 34];

/**
 * How often training has seen each value, as a strip of bars; below it the span of the planned values and of the changed ones. Nothing
 * for a covariate that never varied.
 */
export function supportStrip(
  covariate: WhatIfCovariate,
): { element: SVGElement; follow(values: readonly Cell[]): void } | undefined {
  const { support, minimum, maximum } = covariate;
  const { edges, shares } = support ?? {};
  if (
    edges === undefined ||
    shares === undefined ||
    shares.length < 2 ||
    minimum === undefined ||
    maximum === undefined
  )
    return undefined;
  // Room on both sides for values that training has never seen.
  const [low, high] = [minimum - (maximum - minimum) * 0.25, maximum + (maximum - minimum) * 0.25];
  const place = (value: number) => Math.min(width, Math.max(0, ((value - low) / (high - low)) * width));
  const most = Math.max(...shares);
  const title = svg("title", {});
  const id = uniqueId("support");
  title.id = id;
  const bars = shares.map((share, index) => {
    const size = share === 0 ? 0 : Math.max(1, Math.sqrt(share / most) * 22);
    const [from, to] = [place(edges[index]!), place(edges[index + 1]!)];
    return svg("rect", { class: "seen", x: from, y: 24 - size, width: Math.max(1, to - from - 0.5), height: size });
  });
  const planned = svg("rect", { class: "planned", y: 26, height: 3 });
  const changed = svg("rect", { class: "moved", y: 30, height: 3 });
  const element = svg("svg", {
    class: "support",
    viewBox: `0 0 ${width} ${height}`,
    role: "img",
    "aria-labelledby": id,
  });
  element.append(
    title,
    svg("line", { class: "axis", x1: 0, x2: width, y1: 24.5, y2: 24.5 }),
    ...bars,
    planned,
    changed,
  );
  const range = `In this series training has seen ${formatNumber(minimum)} to ${formatNumber(maximum)}`;
  cover(planned, covariate.values, place);
  return {
    element,
    follow(values) {
      const moved = values.filter((value, step) => typeof value === "number" && value !== covariate.values[step]);
      cover(changed, moved, place);
      const inside = moved.filter((value) => Number(value) >= minimum && Number(value) <= maximum).length;
      title.textContent =
        moved.length === 0
          ? `${range}.`
          : `${range}; ${formatPercent(inside / moved.length, 0)} of the changed values lie inside.`;
    },
  };
}

function cover(bar: SVGElement, values: readonly Cell[], place: (value: number) => number): void {
  const numbers = values.filter((value) => typeof value === "number");
  bar.toggleAttribute("hidden", numbers.length === 0);
  if (numbers.length === 0) {
    bar.setAttribute("width", "0");
    return;
  }
  const [from, to] = [place(Math.min(...numbers)), place(Math.max(...numbers))];
  const size = Math.max(4, to - from);
  bar.setAttribute("x", String(Math.min(width - size, Math.max(0, (from + to - size) / 2))));
  bar.setAttribute("width", String(size));
}

function svg(tag: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const element = document.createElementNS(space, tag) as SVGElement;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element;
}
