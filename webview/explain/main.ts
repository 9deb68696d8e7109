import "../shared/zod.ts";
import { reportSummarySchema } from "../../protocol/report.ts";
import { embeddedDetails } from "../shared/details.ts";
import { startPage } from "../shared/start.ts";
import { buildExplain } from "./page.ts";

startPage(reportSummarySchema, (page, summary) => buildExplain(page, summary, embeddedDetails()));
