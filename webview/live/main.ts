import "../shared/zod.ts";
import { liveDocumentSchema } from "../../protocol/pages.ts";
import { findHost } from "../shared/host.ts";
import { startPage } from "../shared/start.ts";
import { buildLive } from "./page.ts";

startPage(liveDocumentSchema, (page, document) => buildLive(page, document, findHost()));
