import { type Child, h } from "../shared/dom.ts";
import type { Section } from "./context.ts";

/** A titled part of the report; `lead` is one sentence on how to read it. */
export function section(id: string, title: string, lead: string, ...content: Child[]): Section {
  const element = h(
    "section",
    { id, class: "part", "aria-labelledby": `${id}-title` },
    h("h2", { id: `${id}-title` }, title),
    lead === "" ? null : h("p", { class: "lead" }, lead),
    ...content,
  );
  return { id, title, element };
}
