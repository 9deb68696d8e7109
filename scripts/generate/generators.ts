import { modelCard } from "../../daemon/forecasting/models/model-card.ts";
import { forecasters } from "../../daemon/forecasting/models/registry.ts";
import { experimentJsonSchema } from "../../protocol/experiment/json-schema.ts";
import { countriesText } from "../countries.ts";
import { manifestTexts, mergedManifest } from "../manifest.ts";
import { commandReference } from "./command-reference.ts";
import { eventReference } from "./event-reference.ts";
import { experimentReference } from "./experiment-reference.ts";
import { libraryReference } from "./library-reference.ts";
import { metricReference } from "./metric-reference.ts";
import { modelReference } from "./model-reference.ts";
import { problemReference } from "./problem-reference.ts";
import { settingsReference } from "./settings-reference.ts";

/** A file that is derived from code. */
export interface Generated {
  /** Path from the repository's root. */
  readonly path: string;
  readonly text: () => string | Promise<string>;
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** Every derived file. */
export const generators: readonly Generated[] = [
  { path: "protocol/generated/experiment.schema.json", text: () => json(experimentJsonSchema()) },
  { path: "protocol/generated/models.json", text: () => json(forecasters.map(modelCard)) },
  { path: "extension/language/generated/countries.json", text: countriesText },
  { path: "docs/reference/experiment.md", text: experimentReference },
  { path: "docs/reference/models.md", text: modelReference },
  { path: "docs/reference/metrics.md", text: metricReference },
  { path: "docs/reference/command-line.md", text: commandReference },
  { path: "docs/reference/problems.md", text: problemReference },
  { path: "docs/reference/events.md", text: eventReference },
  { path: "docs/reference/editor.md", text: settingsReference },
  { path: "docs/reference/library.md", text: libraryReference },
  { path: "package.json", text: mergedManifest },
  { path: "package.nls.json", text: manifestTexts },
];
