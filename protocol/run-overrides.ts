import { z } from "zod";
import { deviceChoices } from "./devices.ts";
import { budgetSchema, type Experiment, seedSchema } from "./experiment/schema.ts";

/** Settings of a run that stand in place of the experiment's own: the API's body and the tool of coding agents. */
export const runOptionsSchema = z.strictObject({
  device: z
    .enum(deviceChoices, `expected one of ${deviceChoices.join(", ")}`)
    .optional()
    .describe(`Device that networks train on, in place of \`train.device\`: ${deviceChoices.join(", ")}.`),
  models: z
    .array(z.string().min(1, "expected names of models"))
    .min(1)
    .optional()
    .describe("Names of the models to try, in place of `search.models`."),
  budget: budgetSchema
    .optional()
    .describe('Wall clock of the search, such as 60s or "5 minutes", in place of `search.budget`.'),
  seed: seedSchema.optional().describe("Seed of everything random, in place of `search.seed`."),
  workers: z
    .int("expected a whole number")
    .min(1, "expected 1 or more")
    .max(1_024, "expected at most 1024")
    .optional()
    .describe("Number of worker processes; one a core when left out."),
  on: z
    .string()
    .min(1)
    .max(63)
    .optional()
    .describe("Name of the remote daemon to train on, or `local`, in place of `train.on`."),
});

export type RunOptions = z.output<typeof runOptionsSchema>;

/** What a coding agent may set: everything but the machine. */
export const toolOptionsSchema = runOptionsSchema.omit({ on: true });

type Values = { readonly [K in keyof RunOptions]-?: NonNullable<RunOptions[K]> };

/** What is to be known of a setting beside its shape. */
interface RunOverride<V> {
  /** Placeholder of the value in the help of the command line. */
  readonly placeholder: string;
  /** Makes of the text after the flag what the schema checks; the text itself when left out. */
  readonly read?: (text: string) => unknown;
  /** The experiment with the value; left out where the run acts on the value, not the experiment. */
  readonly apply?: (experiment: Experiment, value: V) => Experiment;
}

const wholeNumber = (text: string): unknown => (/^\d+$/.test(text) ? Number(text) : text);

const inSearch = (experiment: Experiment, change: Partial<Experiment["search"]>): Experiment => ({
  ...experiment,
  search: { ...experiment.search, ...change },
});

const runOverrides: { readonly [K in keyof Values]: RunOverride<Values[K]> } = {
  device: {
    placeholder: "device",
    apply: (experiment, device) => ({ ...experiment, train: { ...experiment.train, device } }),
  },
  models: {
    placeholder: "name,name",
    read: (text) => text.split(",").map((name) => name.trim()),
    apply: (experiment, models) => inSearch(experiment, { models }),
  },
  budget: {
    placeholder: "duration",
    read: (text) => (/^\d+$/.test(text) ? `${text}s` : text),
    apply: (experiment, budget) => inSearch(experiment, { budget }),
  },
  seed: { placeholder: "n", read: wholeNumber, apply: (experiment, seed) => inSearch(experiment, { seed }) },
  workers: { placeholder: "n", read: wholeNumber },
  on: { placeholder: "name" },
};

/** Names of all settings, in the order in which they are listed. */
export const runOptionNames = runOptionsSchema.keyof().options;

/** One flag of `almanac run`. */
export interface RunFlag {
  /** As the command line writes it, such as `--seed <n>`. */
  readonly flags: string;
  /** One sentence. */
  readonly meaning: string;
  /** The value of the text after the flag. Throws a ZodError if the text is not a value of the setting. */
  readonly parse: (text: string) => unknown;
}

/** The flags of `almanac run`, one a setting. */
export function runFlags(): RunFlag[] {
  return runOptionNames.map((name) => {
    const { placeholder, read } = runOverrides[name];
    const schema = runOptionsSchema.shape[name];
    return {
      flags: `--${name} <${placeholder}>`,
      meaning: schema.description ?? "",
      parse: (text) => schema.parse(read === undefined ? text : read(text)),
    };
  });
}

/** The experiment with the settings of a run in place of its own. */
export function withOverrides(experiment: Experiment, options: RunOptions): Experiment {
  return runOptionNames.reduce((changed, name) => withOverride(changed, name, options[name]), experiment);
}

function withOverride<K extends keyof Values>(
  experiment: Experiment,
  name: K,
  value: Values[K] | undefined,
): Experiment {
  const { apply }: RunOverride<Values[K]> = runOverrides[name];
  return apply === undefined || value === undefined ? experiment : apply(experiment, value);
}
