import type { SeriesAnswer } from "../../protocol/what-if.ts";
import { fill, h } from "../shared/dom.ts";
import type { Host } from "../shared/host.ts";
import { movable } from "./goal.ts";

/** What the answers are and are not, and the constraint that keeps them from the wrong direction. */
export function cautionCard(host: Host, opened: () => SeriesAnswer): { element: HTMLElement; update(): void } {
  const place = h("div", {});
  const element = h(
    "section",
    { class: "part" },
    h("h2", {}, "Correlation is not cause"),
    h(
      "div",
      { class: "card caution" },
      h(
        "p",
        {},
        "The model repeats what it saw in the past. Where prices fell in bad weeks, it may say that a lower price sells less. ",
        "Only an experiment, or knowledge of how the past came about, tells what a change would cause.",
      ),
      place,
    ),
  );
  return {
    element,
    update() {
      const names = movable(opened().covariates).map(({ name }) => name);
      fill(place, names.length === 0 ? null : constraintForm(host, names));
    },
  };
}

function constraintForm(host: Host, names: readonly string[]): HTMLElement {
  const name = h(
    "select",
    { "aria-label": "Covariate with a known direction" },
    names.map((each) => h("option", {}, each)),
  );
  const direction = h(
    "select",
    { "aria-label": "Known direction" },
    h("option", {}, "lowers"),
    h("option", {}, "raises"),
  );
  const snippet = h("code", { class: "snippet" });
  const show = () => {
    snippet.textContent = `covariates: {monotone: {${names[name.selectedIndex]}: ${direction.selectedIndex === 0 ? "falling" : "rising"}}}`;
  };
  name.addEventListener("change", show);
  direction.addEventListener("change", show);
  show();
  const done = h("span", { class: "muted", role: "status" });
  const save = () => {
    const covariate = names[name.selectedIndex]!;
    host.send({ type: "save-monotone", covariate, direction: direction.selectedIndex === 0 ? -1 : 1 });
    done.textContent = "Written. Run the experiment again for it to hold.";
  };
  return h(
    "div",
    {},
    h(
      "div",
      { class: "goal-fields" },
      "You know that more ",
      name,
      " only ever ",
      direction,
      " the forecast? A monotone constraint holds the model to it.",
    ),
    h(
      "div",
      { class: "goal-fields" },
      snippet,
      host.writes ? h("button", { type: "button", class: "quiet", onclick: save }, "Write into the experiment") : null,
      done,
    ),
  );
}
