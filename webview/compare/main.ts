import "../shared/zod.ts";
import { compareDocumentSchema } from "../../protocol/pages.ts";
import { startPage } from "../shared/start.ts";
import { buildCompare } from "./page.ts";

startPage(compareDocumentSchema, buildCompare);
