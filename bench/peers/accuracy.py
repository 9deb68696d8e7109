"""Forecast of one benchmark set by another tool: accuracy.py TOOL SET_FOLDER OUT_CSV BUDGET_SECONDS.

Writes the columns Almanac writes (keys, time, mean, q0.1, q0.5, q0.9). Each tool is used as its own documentation suggests
for such data, with the known covariates where it takes them.
"""
import json
import os
import sys
import warnings

warnings.filterwarnings("ignore")
os.environ.setdefault("NIXTLA_ID_AS_COL", "1")
os.environ.setdefault("NIXTLA_NUMBA_CACHE", "1")
import numpy as np
import pandas as pd

cores = int(os.environ.get("ALMANAC_BENCH_CORES", "2"))
tool, folder, out, budget = sys.argv[1], sys.argv[2], sys.argv[3], float(sys.argv[4])
case = json.load(open(os.path.join(folder, "case.json")))
keys, time, target, horizon, season = case["series"], case["time"], case["target"], case["horizon"], case["season"]
known = case["known"]


def load():
    frame = pd.read_csv(os.path.join(folder, "train.csv.gz"), low_memory=False)
    frame["ds"] = pd.to_datetime(frame[time], utc=True).dt.tz_localize(None)
    frame["unique_id"] = frame[keys].astype(str).agg("|".join, axis=1) if keys else "all"
    frame["y"] = pd.to_numeric(frame[target])
    for column in known:
        if frame[column].dtype == object:
            frame[column] = frame[column].astype("category").cat.codes
    return frame.sort_values(["unique_id", "ds"])


frame = load()
past = frame[frame["y"].notna()]
steps = past.groupby("unique_id")["ds"].apply(lambda t: t.diff().median()).median()
if pd.Timedelta(days=27) < steps < pd.Timedelta(days=32):
    frequency = "MS"
elif pd.Timedelta(days=80) < steps < pd.Timedelta(days=100):
    frequency = "QS"
elif pd.Timedelta(days=360) < steps < pd.Timedelta(days=370):
    frequency = "YS"
elif steps == pd.Timedelta(days=1) and len(past) > 30 and (past["ds"].dt.dayofweek < 5).all():
    frequency = "B"
else:
    frequency = pd.tseries.frequencies.to_offset(steps).freqstr


def regular(group):
    """One row a step; gaps interpolated, as none of the tools takes missing values everywhere."""
    index = pd.date_range(group["ds"].iloc[0], group["ds"].iloc[-1], freq=frequency)
    if len(index) == len(group):
        return group
    filled = group.set_index("ds").reindex(index).rename_axis("ds").reset_index()
    numeric = [*known, "y"]
    filled[numeric] = filled[numeric].interpolate().ffill().bfill()
    filled["unique_id"] = group["unique_id"].iloc[0]
    return filled


past = pd.concat([regular(group) for _, group in past.groupby("unique_id")])
last = past.groupby("unique_id")["ds"].max()
future = frame[frame["y"].isna()].copy()
future["last"] = future["unique_id"].map(last)
future = future[future["ds"] > future["last"]].groupby("unique_id").head(horizon)


def with_statsforecast():
    from statsforecast import StatsForecast
    from statsforecast.models import MSTL, AutoCES, AutoETS, DynamicOptimizedTheta, SeasonalNaive

    # AutoARIMA is left out: with it not one of the larger sets was done in several times the budget.
    long = season >= 24
    models = [DynamicOptimizedTheta(season_length=season)]
    models += [MSTL(season_length=season, trend_forecaster=AutoETS(model="ZZN"))] if long else [AutoETS(season_length=season), AutoCES(season_length=season)]
    engine = StatsForecast(models=models, freq=frequency, n_jobs=cores, fallback_model=SeasonalNaive(season))
    result = engine.forecast(df=past[["unique_id", "ds", "y"]], h=horizon, level=[80])
    names = [column for column in result.columns if column not in ("unique_id", "ds") and "-lo-" not in column and "-hi-" not in column]
    result["mean"] = result[names].median(axis=1)
    result["q0.1"] = result[[f"{name}-lo-80" for name in names]].median(axis=1)
    result["q0.9"] = result[[f"{name}-hi-80" for name in names]].median(axis=1)
    return result


def with_mlforecast(direct=False):
    import lightgbm as lgb
    from mlforecast import MLForecast
    from mlforecast.lag_transforms import ExponentiallyWeightedMean, RollingMean
    from mlforecast.target_transforms import LocalStandardScaler

    shortest = past.groupby("unique_id").size().min()
    lags = [lag for lag in sorted({1, 2, 3, 7, season, season + 1, 2 * season}) if lag < shortest - horizon - 2] or [1]
    model = MLForecast(
        models={"lgb": lgb.LGBMRegressor(n_estimators=100 if direct else 400, learning_rate=0.1 if direct else 0.05, num_leaves=31, verbosity=-1, n_jobs=cores)},
        freq=frequency,
        lags=lags,
        lag_transforms={1: [RollingMean(min(season, max(2, shortest // 3))), ExponentiallyWeightedMean(0.3)]},
        date_features=["month", "dayofweek", "hour"] if steps < pd.Timedelta(days=1) else ["month", "dayofweek"] if steps < pd.Timedelta(days=7) else ["month"],
        target_transforms=[LocalStandardScaler()],
    )
    train = past[["unique_id", "ds", "y", *known]]
    model.fit(train, static_features=[], max_horizon=horizon if direct else None)
    given = None
    if known:
        given = model.make_future_dataframe(horizon).merge(future[["unique_id", "ds", *known]], on=["unique_id", "ds"], how="left")
        given[known] = given.groupby("unique_id")[known].ffill().bfill()
    result = model.predict(horizon, X_df=given)
    result["mean"] = result["lgb"]
    spread = past.groupby("unique_id")["y"].apply(lambda y: y.diff(min(season, len(y) - 1)).std()).rename("spread")
    result = result.merge(spread, left_on="unique_id", right_index=True)
    result["spread"] = result["spread"].fillna(0)
    result["q0.1"], result["q0.9"] = result["mean"] - 1.2816 * result["spread"], result["mean"] + 1.2816 * result["spread"]
    return result


def with_autogluon():
    from autogluon.timeseries import TimeSeriesDataFrame, TimeSeriesPredictor

    data = TimeSeriesDataFrame.from_data_frame(past[["unique_id", "ds", "y", *known]], id_column="unique_id", timestamp_column="ds")
    # Pretrained models need a download and are left out.
    predictor = TimeSeriesPredictor(path=os.path.join(os.path.dirname(out) or ".", "autogluon"), prediction_length=horizon, target="y", eval_metric="MASE", known_covariates_names=known or None, quantile_levels=[0.1, 0.5, 0.9], freq=frequency, eval_metric_seasonal_period=season, verbosity=0)
    predictor.fit(data, presets="medium_quality", time_limit=budget, excluded_model_types=["Chronos", "Chronos2", "Toto"], random_seed=7)
    covariates = None
    if known:
        covariates = predictor.make_future_data_frame(data).merge(future[["unique_id", "ds", *known]].rename(columns={"unique_id": "item_id", "ds": "timestamp"}), on=["item_id", "timestamp"], how="left")
        covariates[known] = covariates.groupby("item_id")[known].ffill().bfill()
        covariates = TimeSeriesDataFrame.from_data_frame(covariates)
    result = predictor.predict(data, known_covariates=covariates, random_seed=7)
    # A plain frame: the tool's own kind insists on its column names.
    result = pd.DataFrame(result).reset_index()
    result = result.rename(columns={"item_id": "unique_id", "timestamp": "ds", "0.1": "q0.1", "0.5": "q0.5", "0.9": "q0.9"})
    # Its own advice for MASE: the median is the point forecast.
    result["mean"] = result["q0.5"]
    return result


def with_neuralforecast():
    import logging

    import torch
    from neuralforecast import NeuralForecast
    from neuralforecast.losses.pytorch import MQLoss
    from neuralforecast.models import LSTM, NHITS, TiDE

    logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)
    torch.set_num_threads(cores)
    lengths = past.groupby("unique_id").size()
    window = int(min(max(2 * horizon, season if season <= 3 * horizon else 0), max(lengths.median() - horizon, 2)))
    # Steps of the library's examples; the time limit is what ends training on the larger sets.
    common = dict(h=horizon, input_size=window, loss=MQLoss(quantiles=[0.1, 0.5, 0.9]), futr_exog_list=known or None, scaler_type="standard",
                  max_steps=1000, start_padding_enabled=True, random_seed=7, max_time={"seconds": budget * 0.28},
                  accelerator="cpu", enable_progress_bar=False, logger=False, enable_checkpointing=False, enable_model_summary=False)
    engine = NeuralForecast(models=[NHITS(**common), TiDE(**common), LSTM(**common)], freq=frequency)
    engine.fit(df=past[["unique_id", "ds", "y", *known]], val_size=0)
    given = None
    if known:
        given = engine.make_future_dataframe().merge(future[["unique_id", "ds", *known]], on=["unique_id", "ds"], how="left")
        given[known] = given.groupby("unique_id")[known].ffill().bfill()
    result = engine.predict(futr_df=given)
    if "unique_id" not in result:
        result = result.reset_index()
    for column, parts in {"q0.1": ("-lo-80.0", "_ql0.1"), "q0.5": ("-median", "_ql0.5"), "q0.9": ("-hi-80.0", "_ql0.9")}.items():
        names = [name for name in result.columns if str(name).endswith(parts)]
        result[column] = result[names].mean(axis=1)
    result["mean"] = result["q0.5"]
    return result


result = {
    "statsforecast": with_statsforecast,
    "mlforecast": with_mlforecast,
    "mlforecast-direct": lambda: with_mlforecast(direct=True),
    "autogluon": with_autogluon,
    "neuralforecast": with_neuralforecast,
}[tool]()
if "q0.5" not in result:
    result["q0.5"] = result["mean"]
if case.get("target") and (past["y"] >= 0).all():
    result[["mean", "q0.1", "q0.5", "q0.9"]] = result[["mean", "q0.1", "q0.5", "q0.9"]].clip(lower=0)
parts = result["unique_id"].str.split("|", expand=True)
for index, key in enumerate(keys):
    result[key] = parts[index]
result[time] = result["ds"]
result[[*keys, time, "mean", "q0.1", "q0.5", "q0.9"]].to_csv(out, index=False)
