import { z } from "zod";
import type { ModelCard } from "../../../protocol/model-card.ts";
import type { Forecaster } from "./forecaster.ts";

/** The declared part of a forecaster as JSON: for the editor, the docs and `almanac models --json`. */
export function modelCard({ name, title, summary, family, paper, options }: Forecaster): ModelCard {
  return {
    name,
    title,
    summary,
    family,
    paper: paper.url === undefined ? { citation: paper.citation } : { citation: paper.citation, url: paper.url },
    options: z.toJSONSchema(options, { target: "draft-07", io: "input" }),
  };
}
