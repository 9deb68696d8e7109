import "../shared/zod.ts";
import { reportSummarySchema } from "../../protocol/report.ts";
import { embeddedDetails } from "../shared/details.ts";
import { findHost } from "../shared/host.ts";
import { startPage } from "../shared/start.ts";
import { buildWhatIf } from "./page.ts";

startPage(reportSummarySchema, (page, summary) => buildWhatIf(page, summary, embeddedDetails(), findHost()));
