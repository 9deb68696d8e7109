import "../shared/zod.ts";
import { reportSummarySchema } from "../../protocol/report.ts";
import { embeddedDetails } from "../shared/details.ts";
import { fill, h } from "../shared/dom.ts";
import { showFailure } from "../shared/failure.ts";
import { buildReport } from "./page.ts";

const page = document.getElementById("page")!;
try {
  const summary = reportSummarySchema.parse(JSON.parse(document.getElementById("document")?.textContent ?? "null"));
  fill(page, h("p", { class: "muted" }, "Opening the report…"));
  void buildReport(page, summary, embeddedDetails()).catch((error: unknown) => showFailure(page, error));
} catch (error) {
  showFailure(page, error);
}
