import { doc, type ProblemDoc } from "./problem-doc.ts";

/** Problems of the experiment file itself, by code. */
export const experimentProblems = {
  "bounds-order": doc(
    "`forecast.maximum` is not above `forecast.minimum`.",
    "Swap the two values, or leave one of them out.",
  ),
  "column-used-twice": doc("A column has two roles, or is listed twice.", "Remove one of the two mentions."),
  "empty-file": doc(
    "The experiment file is empty.",
    "Write at least `data.source`, `data.time`, `data.target` and `forecast.horizon`.",
  ),
  experiment: doc("The experiment file is not usable.", "The problems beside it say what is wrong, with places."),
  "experiment-path": doc(
    "The path of the experiment is not absolute, or the name does not end with `.forecast.yaml`.",
    "Give the absolute path of a file NAME.forecast.yaml.",
  ),
  "file-too-large": doc(
    "The file is too large for an experiment file.",
    "Check that it is not the data file; the data file is named in `data.source`.",
  ),
  "is-a-folder": doc("The path names a folder.", "Give the path of a file NAME.forecast.yaml."),
  "missing-key": doc("A required key is missing.", "Add the key that the message names."),
  "monotone-column": doc(
    "`covariates.monotone` names a column that is not a known covariate.",
    "Add the column to `covariates.known`, or remove the constraint.",
  ),
  "no-such-file": doc("The experiment file does not exist.", "Check the path."),
  "not-text": doc("The file holds binary data.", "Give an experiment file, saved as UTF-8 text."),
  "not-utf-8": doc("The experiment file is not UTF-8 text.", "Save the file as UTF-8."),
  outside: doc(
    "The file or a file that it names lies outside the folder of this tenant.",
    "Run the experiment with `train.on` from your own machine.",
  ),
  "quantile-order": doc(
    "`forecast.quantiles` are not in ascending order.",
    "List each level once, the smallest first.",
  ),
  region: doc(
    "`data.region` does not allow the data to leave its region, and the daemon is not there.",
    "Run the experiment on a daemon that was started with `--region` and this region.",
  ),
  "scenario-column": doc(
    "A scenario or a question changes a column that is not a known covariate.",
    "Add the column to `covariates.known`, or change another column.",
  ),
  "unknown-key": doc("The file has a key that does not exist.", "Use the nearest key, or remove the line."),
  "unknown-model": doc("No model has this name.", "`almanac models` lists the names."),
  "unknown-remote": doc(
    "`train.on` names a remote daemon that is not known here.",
    "Make it known with `almanac remote add`, or train on `local`.",
  ),
  unreadable: doc("The experiment file cannot be read.", "Check the path and the permissions of the file."),
  "wrong-hyperparameter": doc(
    "A hyperparameter of a model does not exist, or its value is not allowed.",
    "`almanac models --json` lists the hyperparameters of each model.",
  ),
  "wrong-type": doc(
    "A value has the wrong type, such as a list in place of a number.",
    "Write the type that the message names.",
  ),
  "wrong-value": doc("A value is not allowed here.", "Write one of the values that the message names."),
  "yaml-aliases": doc("The aliases of the document cannot be followed.", "Write the values in place of `*alias`."),
} as const satisfies Record<string, ProblemDoc>;
