"""Simulated: daily units of 90 products, many of them sold on few days, with price cuts, launches and empty shelves."""

from __future__ import annotations

import numpy as np
import pandas as pd

from data_set import DataSet

DAYS = pd.date_range("2022-01-01", "2023-12-31")
HOLIDAYS = ["01-01", "05-29", "07-04", "09-04", "11-24", "12-25"]


def sku_daily() -> DataSet:
    """Counts are negative binomial round a rate that price, promotion, holidays and the time of the year move."""
    random = np.random.default_rng(2)
    return DataSet(
        name="sku_daily",
        frame=pd.concat([_product(number, random) for number in range(90)]),
        time="date",
        target="units",
        series=["item"],
        horizon=28,
        season=7,
        known=["price", "promo", "holiday"],
        static=["category"],
        minimum=0,
        source="simulated: 90 products, two years",
        licence="made here",
    )


def _product(number: int, random: np.random.Generator) -> pd.DataFrame:
    """One product; the order of the draws is part of the data."""
    category = random.choice(["food", "home", "toys"])
    rate = np.exp(random.normal(0.9 if category == "food" else -0.2, 1.1))
    first_price = float(np.round(np.exp(random.normal(1.8, 0.6)), 2))
    price, promo = _prices(first_price, random)
    holiday = DAYS.strftime("%m-%d").isin(HOLIDAYS).astype(int)
    growth = random.normal(-2, 0.5) * np.log(price / first_price) + 0.5 * promo
    growth = growth + _by_weekday(random) + _time_of_year(category) + 0.4 * holiday
    mean = rate * np.exp(growth + np.linspace(0, random.normal(0, 0.3), len(DAYS)))
    units = random.negative_binomial(2, 2 / (2 + mean))
    launch = int(random.integers(200, 650)) if number % 6 == 0 else 0
    if number % 11 == 0:
        empty = int(random.integers(300, 680))
        units[empty : empty + 40] = 0
    columns = {
        "item": f"{category}_{number:03d}",
        "date": DAYS,
        "units": units,
        "price": price,
        "promo": promo,
        "holiday": holiday,
        "category": category,
    }
    return pd.DataFrame(columns)[launch:]


def _prices(first: float, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Price of each day, with cuts of 3 to 10 days and perhaps one rise, and 1 where a promotion goes with a cut."""
    count = len(DAYS)
    price, promo = np.full(count, first), np.zeros(count, int)
    for start in np.cumsum(random.integers(30, 100, 20)):
        if start >= count:
            break
        end = start + int(random.choice([3, 7, 10]))
        price[start:end] = np.round(first * random.choice([0.9, 0.8, 0.7]), 2)
        promo[start:end] = random.random() < 0.6
    if random.random() < 0.4:
        rise = random.integers(100, 600)
        price[rise:] = np.round(price[rise:] * 1.08, 2)
    return price, promo


def _by_weekday(random: np.random.Generator) -> np.ndarray:
    effects = random.normal(0, 0.12, 7)
    effects[5:] += 0.25
    return effects[DAYS.dayofweek]


def _time_of_year(category: str) -> np.ndarray:
    """Sales rise towards Christmas, most of all those of toys."""
    wave = np.cos(2 * np.pi * (np.arange(len(DAYS)) - 350) / 365)
    return (0.7 if category == "toys" else 0.1) * np.maximum(0, wave)
