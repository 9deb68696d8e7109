import { doc, type ProblemDoc } from "./problem-doc.ts";

const raiseBudget = "Raise `search.budget`.";

/** Problems of runs, trained models and questions to them, by code. */
export const runProblems = {
  "all-models-failed": doc("No model could be backtested.", "The message says why the first of them failed."),
  "budget-too-small": doc("No model finished a backtest within the budget; nothing judged the forecast.", raiseBudget),
  conflict: doc("The state of something does not allow what was asked.", "The message says what to change first."),
  "data-changed": doc("The data have changed since the run.", "Run the experiment again, and ask the new run."),
  "disk-full": doc("The disk is full.", "Free some space and run again."),
  engine: doc("Training or inference failed.", "Run `almanac doctor`; train on the CPU if a GPU fails."),
  "explanations-cut": doc("The budget ended before all series were explained.", raiseBudget),
  "fewer-windows": doc(
    "The series are too short for the backtest windows that were asked for.",
    "Give more history, or a shorter horizon.",
  ),
  "goal-without-column": doc("A goal or a search needs a column to change.", "Add `--vary COLUMN`."),
  internal: doc("The program made a mistake.", "Report this with the log."),
  "judged-on-sample": doc(
    "Models were judged on an even sample of the series.",
    "A longer `search.budget` judges them on more.",
  ),
  "leaking-covariate": doc(
    "A covariate tells target values that are not known at the time of the forecast; it is left out.",
    "Take it off the list, or give the values that are known when the forecast is made.",
  ),
  "member-failed": doc(
    "A member of the ensemble could not be fitted on all data; the others take its share.",
    raiseBudget,
  ),
  "member-not-explained": doc(
    "A member of the ensemble cannot explain itself; its share is spread over the factors of the others.",
    "Leave the model out if you need its own explanation.",
  ),
  missing: doc("What was named does not exist.", "Check the name."),
  "model-damaged": doc("The trained model is damaged, or another version wrote it.", "Run the experiment again."),
  "negative-target": doc(
    "The loss is for counts, but the target has negative values.",
    "Use the objective squared, absolute or huber.",
  ),
  "no-history": doc(
    "The series has no history, so no factor moves its forecast.",
    "Ask about a series that has a target value.",
  ),
  "no-model": doc("The folder holds no trained model.", "Give the folder that `almanac run` wrote."),
  "no-such-forecast": doc("No forecast fits `--series` and `--time`.", "The message gives an example that fits."),
  "no-such-output": doc("A file of the run does not exist.", "Give the folder of a finished run."),
  "no-such-series": doc("The model has no such series.", "Ask for one of the series that the message names."),
  "not-a-digest": doc("The name of a stored file is not a digest.", "Send 64 hexadecimal characters."),
  "not-explainable": doc(
    "No member of the model can explain itself.",
    "Train a model that can, such as boosting or linear.",
  ),
  "other-version": doc(
    "The remote daemon runs another version; its numbers may differ.",
    "Update the older of the two.",
  ),
  "output-damaged": doc("A file of the run is damaged, or another version wrote it.", "Run the experiment again."),
  "output-not-written": doc("A result cannot be written.", "Free some space, or choose another folder with `--out`."),
  "permutation-cut": doc("The budget ended before permutation importance was measured.", raiseBudget),
  prediction: doc("A deployment could not answer.", "The message says why."),
  remote: doc(
    "A daemon elsewhere refused, failed or could not be reached.",
    "Check that it runs and that its address is right.",
  ),
  "scenario-cut": doc(
    "The budget ended before a scenario was forecast.",
    "Raise `search.budget`, or ask `almanac what-if`.",
  ),
  "scenario-out-of-own-range": doc(
    "A scenario sets a value that this series never had.",
    "The model knows such values from other series only.",
  ),
  "scenario-out-of-range": doc(
    "A scenario sets a value outside the range seen in training.",
    "Read the forecast with care: the model has no example of it.",
  ),
  "scenario-rarely-seen": doc(
    "A scenario sets a value for which training has few rows.",
    "The model fills in between neighbouring values.",
  ),
  "scenario-value": doc("A value of a scenario does not fit its column.", "The message says what the column holds."),
  "series-too-short": doc(
    "No series is long enough to train the model.",
    "Give longer histories, or leave the model out.",
  ),
  "series-without-model": doc(
    "The winner could not forecast some series; their mean stands in.",
    "Give these series more history.",
  ),
  setup: doc(
    "The machine, the installation or a setting does not allow what was asked.",
    "The message says what to change.",
  ),
  "stored-file-damaged": doc(
    "A stored file does not match its digest.",
    "Delete the run it belongs to and run it again; check the disk.",
  ),
  "target-without-logarithm": doc("The target has values that have no logarithm.", "Use `transform: none`."),
  "too-short": doc("The series are too short for the model.", "Give more history, or use a model such as naive."),
  training: doc("Training met a difficulty and went on, such as on another device.", "The message says which."),
  "unknown-code": doc(
    "Another version sent a code that this one does not know.",
    "Update Almanac; the message holds all the same.",
  ),
  upload: doc("Data are sent to a remote daemon.", "Nothing: this is for your information."),
  "biased-backtest": doc(
    "On the backtest, the forecasts added up to much more or much less than what came.",
    "Look at the backtest windows; add a known covariate, or choose the metric rmsse.",
  ),
  "intermittent-metric": doc(
    "Most series are intermittent, so models are judged by a metric that favours means.",
    "Set `evaluation.metric` to choose another.",
  ),
  "leader-passed-over": doc(
    "The best model of the leaderboard could not be fitted on all data in time; the next best makes the forecast.",
    raiseBudget,
  ),
  "winner-replaced": doc("The winner could not be fitted on all data; the next best makes the forecast.", raiseBudget),
} as const satisfies Record<string, ProblemDoc>;
