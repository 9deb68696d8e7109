"""A data set of the accuracy bench: its columns, the split at its end and the files that hold it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

# Without the time of writing the same data are the same bytes.
GZIP = {"method": "gzip", "mtime": 0}


@dataclass(frozen=True)
class DataSet:
    """One set: `frame` has a row for each series and time step, the last `horizon` rows of each series are held out.

    `season` is the number of steps by which the errors are scaled (MASE) and the seasonal naive forecast looks back.
    Names in `known` are columns whose future is given, in `observed` those whose future is not, in `static` those that
    a series keeps.
    """

    name: str
    frame: pd.DataFrame
    time: str
    target: str
    horizon: int
    season: int
    source: str
    licence: str
    series: Sequence[str] = ()
    known: Sequence[str] = ()
    observed: Sequence[str] = ()
    static: Sequence[str] = ()
    frequency: str | None = None
    minimum: int | None = None

    def write(self, folder: Path) -> None:
        """Writes the training part, what came, the description and the experiment to `folder/name`."""
        place = folder / self.name
        place.mkdir(parents=True, exist_ok=True)
        train, actual = self.split()
        train.to_csv(place / "train.csv.gz", index=False, compression=GZIP)
        actual.to_csv(place / "actual.csv.gz", index=False, compression=GZIP)
        (place / "case.json").write_text(json.dumps(self.case(), indent=1), encoding="utf-8")
        (place / "experiment.forecast.yaml").write_text(self.experiment(), encoding="utf-8")

    def split(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The training part, with the future of known covariates where there are any, and what came."""
        frame = self.sorted_frame()
        times = frame.groupby(list(self.series))[self.time] if self.series else frame[self.time]
        held_out = times.rank(ascending=False, method="first") <= self.horizon
        train = frame.copy()
        for column in (self.target, *self.observed):
            train[column] = train[column].where(~held_out)
        actual = frame.loc[held_out, [*self.series, self.time, self.target]]
        return (train if self.known else train[~held_out]), actual

    def sorted_frame(self) -> pd.DataFrame:
        """The set's own columns, by series and time."""
        columns = [*self.series, self.time, self.target, *self.known, *self.observed, *self.static]
        return self.frame[columns].sort_values([*self.series, self.time]).reset_index(drop=True)

    def series_count(self) -> int:
        """How many series there are."""
        return self.frame.groupby(list(self.series)).ngroups if self.series else 1

    def case(self) -> dict[str, object]:
        """What the scorer and the bench have to know."""
        return {
            "name": self.name,
            "time": self.time,
            "target": self.target,
            "series": list(self.series),
            "horizon": self.horizon,
            "season": self.season,
            "n_series": self.series_count(),
            "rows": len(self.frame),
            "known": list(self.known),
            "observed": list(self.observed),
            "static": list(self.static),
            "source": self.source,
            "licence": self.licence,
            "note": "",
        }

    def experiment(self) -> str:
        """The experiment as somebody who has only these data would write it."""
        covariates = {"known": self.known, "observed": self.observed, "static": self.static}
        lines = [
            f"experiment: {self.name}",
            "data:",
            "  source: train.csv.gz",
            f"  time: {self.time}",
            *([f"  series: {_names(self.series)}"] if self.series else []),
            f"  target: {self.target}",
            *([f"  frequency: {self.frequency}"] if self.frequency else []),
            *(["covariates:"] if any(covariates.values()) else []),
            *(f"  {role}: {_names(columns)}" for role, columns in covariates.items() if columns),
            "forecast:",
            f"  horizon: {self.horizon}",
            "  quantiles: [0.1, 0.5, 0.9]",
            *([f"  minimum: {self.minimum}"] if self.minimum is not None else []),
            "evaluation:",
            "  metric: mase",
        ]
        return "\n".join(lines) + "\n"


def _names(columns: Sequence[str]) -> str:
    return f"[{', '.join(columns)}]"
