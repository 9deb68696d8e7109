"""Scores a forecast of a set beside what came, or the seasonal naive forecast where no file is named.

usage: python score.py SET [FORECAST.csv]

Prints one JSON object; its figures are null where forecast values are `missing`. `mase`: a series' mean absolute
error over the mean absolute difference of its training values a season apart (a step apart where the series is
shorter than a season and two values, or does not change in a season), mean of the series with a positive scale.
`smape`: 0 to 200, mean of the series. `wql`: twice the quantile losses at 0.1, 0.5 and 0.9 over the sum of the
actuals' sizes, all series together. `coverage80`: share of values from quantile 0.1 to 0.9, mean of the series; null
without quantiles.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

QUANTILES = (0.1, 0.5, 0.9)


@dataclass(frozen=True)
class SeriesForecast:
    """What was forecast for one series: its mean and its quantiles, each as long as what came."""

    mean: np.ndarray
    quantiles: dict[float, np.ndarray]


@dataclass(frozen=True)
class SeriesScore:
    """Figures of one series; `mase`, `smape` and `coverage` are NaN where they do not exist."""

    missing: int
    mase: float
    smape: float
    coverage: float
    quantile_loss: float
    actual_size: float


def score(folder: Path, forecast_file: Path | None) -> dict[str, object]:
    """Scores of all series of the set in `folder`."""
    case = json.loads((folder / "case.json").read_text(encoding="utf-8"))
    target, season = case["target"], case["season"]
    train = _read(folder / "train.csv.gz", case).dropna(subset=[target])
    past = {name: rows[target].to_numpy(float) for name, rows in train.groupby("_series")}
    actual = _read(folder / "actual.csv.gz", case)
    if forecast_file is not None:
        forecast = _forecast_columns(_read(forecast_file, case))
        actual = actual.merge(forecast, on=["_series", "_time"], how="left")
    scores = []
    for name, rows in actual.groupby("_series"):
        if name not in past:
            continue
        came, values = rows[target].to_numpy(float), past[name]
        made = _naive(values, season, len(came)) if forecast_file is None else _forecast_of(rows)
        scores.append(_series_score(values, came, made, season))
    return {"case": case["name"], **_together(scores)}


def _read(file: Path, case: dict) -> pd.DataFrame:
    """A file's rows by series and time, both as plain columns."""
    frame = pd.read_csv(file, low_memory=False)
    keys = case["series"]
    frame["_series"] = frame[keys].astype(str).agg("|".join, axis=1) if keys else "all"
    frame["_time"] = pd.to_datetime(frame[case["time"]], utc=True).dt.tz_localize(None)
    return frame.sort_values(["_series", "_time"])


def _forecast_columns(forecast: pd.DataFrame) -> pd.DataFrame:
    names = [name for name in ("mean", *(f"q{level}" for level in QUANTILES)) if name in forecast]
    return forecast[["_series", "_time", *names]]


def _forecast_of(rows: pd.DataFrame) -> SeriesForecast:
    levels = [level for level in QUANTILES if f"q{level}" in rows]
    return SeriesForecast(
        mean=rows["mean"].to_numpy(float),
        quantiles={level: rows[f"q{level}"].to_numpy(float) for level in levels},
    )


def _naive(past: np.ndarray, season: int, horizon: int) -> SeriesForecast:
    """The last season again and again; its quantiles are all the same."""
    values = np.resize(past[-_lag(past, season) :], horizon)
    return SeriesForecast(values, dict.fromkeys(QUANTILES, values))


def _lag(past: np.ndarray, season: int) -> int:
    return season if len(past) >= season + 2 else 1


def _scale(past: np.ndarray, season: int) -> float:
    """Mean absolute difference of values a season apart; 0 where the series tells nothing."""
    for lag in (_lag(past, season), 1):
        if len(past) > lag:
            size = float(np.mean(np.abs(past[lag:] - past[:-lag])))
            if size > 0:
                return size
    return 0.0


def _series_score(past: np.ndarray, came: np.ndarray, made: SeriesForecast, season: int) -> SeriesScore:
    """Figures over the steps that have both a value and a forecast."""
    there = ~np.isnan(came) & ~np.isnan(made.mean)
    value, mean = came[there], made.mean[there]
    quantiles = {level: forecast[there] for level, forecast in made.quantiles.items()}
    error, scale = np.abs(value - mean), _scale(past, season)
    size = np.abs(value) + np.abs(mean)
    relative = np.where(size > 0, 200 * error / np.maximum(size, 1e-12), 0)
    inner = {0.1, 0.9} <= quantiles.keys() and len(value) > 0
    return SeriesScore(
        missing=int(np.isnan(made.mean).sum()),
        mase=float(error.mean()) / scale if scale > 0 and len(value) > 0 else np.nan,
        smape=float(relative.mean()) if len(value) > 0 else np.nan,
        coverage=float(np.mean((value >= quantiles[0.1]) & (value <= quantiles[0.9]))) if inner else np.nan,
        quantile_loss=sum(_quantile_loss(value - forecast, level) for level, forecast in quantiles.items()),
        actual_size=float(np.abs(value).sum()) * max(1, len(quantiles)),
    )


def _quantile_loss(error: np.ndarray, level: float) -> float:
    return 2 * float(np.maximum(level * error, (level - 1) * error).sum())


def _together(scores: list[SeriesScore]) -> dict[str, object]:
    missing = sum(one.missing for one in scores)
    if missing > 0:
        return {"missing": missing, **dict.fromkeys(("mase", "smape", "wql", "coverage80"))}
    mase = np.array([one.mase for one in scores])
    coverage = np.array([one.coverage for one in scores])
    covered = bool(np.isfinite(coverage).any())
    size = sum(one.actual_size for one in scores)
    return {
        "series": int(np.isfinite(mase).sum()),
        "mase": round(float(np.nanmean(mase)), 4),
        "smape": round(float(np.nanmean([one.smape for one in scores])), 3),
        "wql": round(sum(one.quantile_loss for one in scores) / max(size, 1e-12), 4),
        "coverage80": round(float(np.nanmean(coverage)), 3) if covered else None,
    }


def main() -> None:
    """Reads the command line and prints the scores."""
    parser = argparse.ArgumentParser(description="Scores a forecast of a data set.")
    parser.add_argument("set", type=Path, help="the set's folder")
    parser.add_argument("forecast", type=Path, nargs="?", help="forecast.csv; the seasonal naive forecast without it")
    options = parser.parse_args()
    print(json.dumps(score(options.set, options.forecast)))


if __name__ == "__main__":
    main()
