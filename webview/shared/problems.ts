import type { ReportProblem } from "../../protocol/report.ts";
import { h } from "./dom.ts";

const words = { error: "Error", warning: "Warning", information: "Note" } as const;

/** Warnings with what to do about them; nothing for an empty list. */
export function problemList(problems: readonly ReportProblem[]): HTMLElement | null {
  if (problems.length === 0) return null;
  const order = ["error", "warning", "information"];
  const sorted = problems.toSorted((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
  return h(
    "ul",
    { class: "problems" },
    sorted.map(({ severity, message, fix }) =>
      h(
        "li",
        { class: severity },
        h("strong", {}, words[severity]),
        h("span", {}, inlineCode(message), fix === undefined ? null : h("span", { class: "fix" }, inlineCode(fix))),
      ),
    ),
  );
}

/** Text with `code` between backticks set as code. */
export function inlineCode(text: string): (string | HTMLElement)[] {
  return text
    .split(/(`[^`]+`)/)
    .map((part) => (part.startsWith("`") && part.length > 2 ? h("code", {}, part.slice(1, -1)) : part));
}
