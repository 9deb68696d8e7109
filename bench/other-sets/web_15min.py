"""Simulated: requests of six web services each 15 minutes, with campaigns, bursts, outages and missing values."""

from __future__ import annotations

import numpy as np
import pandas as pd

from data_set import DataSet

DAY = 96
TIMES = pd.date_range("2024-02-01", periods=75 * DAY, freq="15min")


def web_15min() -> DataSet:
    """Eleven campaigns of some hours are known ahead, the last of them in the day to be forecast."""
    random = np.random.default_rng(3)
    campaign = _campaigns(random)
    return DataSet(
        name="web_15min",
        frame=pd.concat([_service(number, campaign, random) for number in range(6)]),
        time="timestamp",
        target="requests",
        series=["service"],
        horizon=DAY,
        season=DAY,
        known=["campaign"],
        minimum=0,
        source="simulated: 6 services, 75 days",
        licence="made here",
    )


def _campaigns(random: np.random.Generator) -> np.ndarray:
    """1 while a campaign runs, from ten o'clock."""
    campaign = np.zeros(len(TIMES), int)
    for day in random.choice(len(TIMES) // DAY, 10, replace=False):
        start = day * DAY + 40
        campaign[start : start + 32] = 1
    campaign[-DAY + 40 : -DAY + 60] = 1
    return campaign


def _service(number: int, campaign: np.ndarray, random: np.random.Generator) -> pd.DataFrame:
    """One service; the order of the draws is part of the data."""
    requests = _disturbed(_mean_requests(campaign, random), random)
    columns = {
        "service": f"svc{number}",
        "timestamp": TIMES,
        "requests": np.round(requests),
        "campaign": campaign,
    }
    return pd.DataFrame(columns)


def _mean_requests(campaign: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Time of day, weekend, drift, one change of level and campaigns, all of them factors."""
    count = len(TIMES)
    hour = np.asarray(TIMES.hour) + np.asarray(TIMES.minute) / 60
    shift = random.normal(0, 1.5)
    base, swing = np.exp(random.normal(5, 1.2)), random.uniform(0.5, 1.1)
    daily = swing * np.cos(2 * np.pi * (hour - 15 - shift) / 24) + 0.25 * np.cos(4 * np.pi * (hour - 11 - shift) / 24)
    weekend = np.where(TIMES.dayofweek >= 5, random.normal(-0.4, 0.2), 0)
    drift = np.cumsum(random.normal(0, 0.004, count))
    level = np.where(np.arange(count) > int(count * random.uniform(0.3, 0.9)), random.normal(0.3, 0.25), 0)
    return base * np.exp(daily + weekend + drift + level + campaign * abs(random.normal(0.4, 0.2)))


def _disturbed(mean: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Counts round the mean with five bursts, two outages and, before the last day, one value in a hundred missing."""
    count = len(mean)
    requests = random.poisson(mean * random.gamma(40, 1 / 40, count)).astype(float)
    for start in random.integers(0, count - 200, 5):
        end = start + random.integers(1, 6)
        requests[start:end] *= random.uniform(3, 9)
    for start in random.integers(0, count - 400, 2):
        requests[start : start + random.integers(4, 16)] = 0
    missing = random.random(count - DAY) < 0.01
    requests[: count - DAY][missing] = np.nan
    return requests
