import { fill, h } from "./dom.ts";

/** Says on the page itself that it cannot be shown, and why. */
export function showFailure(page: HTMLElement, error: unknown): void {
  const reason = error instanceof Error ? error.message : String(error);
  fill(
    page,
    h(
      "div",
      { class: "card failure", role: "alert" },
      h("h1", {}, "This page cannot be shown"),
      h(
        "p",
        {},
        "Its data are damaged or were written by another version of Almanac. Run the experiment again to write them anew.",
      ),
      h("details", {}, h("summary", {}, "What went wrong"), h("pre", {}, reason)),
    ),
  );
}
