"""Simulated: daily sales of 40 shops over three years, driven by offers, holidays and the weekday."""

from __future__ import annotations

import numpy as np
import pandas as pd

from data_set import DataSet

DAYS = pd.date_range("2021-01-01", "2023-12-31")
EASTER = pd.to_datetime(["2021-04-04", "2022-04-17", "2023-04-09"])
OFFERS = {"flyer": (0.12, 0.03), "multibuy": (0.22, 0.05), "discount": (0.38, 0.06)}


def store_sales() -> DataSet:
    """Some shops begin late, some close for months; malls open on some Sundays."""
    random = np.random.default_rng(1)
    state, school = _state_holidays(), _school_holidays()
    return DataSet(
        name="store_sales",
        frame=pd.concat([_store(number, state, school, random) for number in range(40)]),
        time="date",
        target="sales",
        series=["store"],
        horizon=42,
        season=7,
        known=["open", "promotion", "state_holiday", "school_holiday"],
        static=["store_type", "distance"],
        minimum=0,
        source="simulated: 40 shops, three years",
        licence="made here",
    )


def _state_holidays() -> np.ndarray:
    """Kind of holiday of each day: "a" by date, "b" by Easter, "c" Christmas, "0" none."""
    state = np.full(len(DAYS), "0", dtype=object)
    dates = DAYS.strftime("%m-%d")
    state[dates.isin(["01-01", "05-01", "10-03"])] = "a"
    for sunday in EASTER:
        state[DAYS.isin([sunday + pd.Timedelta(days=offset) for offset in (-2, 1, 39, 50)])] = "b"
    state[dates.isin(["12-25", "12-26"])] = "c"
    return state


def _school_holidays() -> np.ndarray:
    """1 on days without school."""
    school = np.zeros(len(DAYS), int)
    spans = [("02-08", "02-14"), ("07-26", "09-07"), ("10-25", "11-05"), ("12-23", "12-31"), ("01-01", "01-07")]
    for sunday in EASTER:
        for first, last in spans:
            school[(DAYS >= f"{sunday.year}-{first}") & (DAYS <= f"{sunday.year}-{last}")] = 1
        school[(DAYS >= sunday - pd.Timedelta(days=7)) & (DAYS <= sunday + pd.Timedelta(days=8))] = 1
    return school


def _store(number: int, state: np.ndarray, school: np.ndarray, random: np.random.Generator) -> pd.DataFrame:
    """One shop; the order of the draws is part of the data."""
    kind = random.choice(["city", "mall", "village"], p=[0.4, 0.25, 0.35])
    base = np.exp(random.normal(8 if kind == "village" else 8.6, 0.35))
    promotion = _promotions(random)
    growth = _own_growth(kind, promotion, random) + _before_holidays(state) + _christmas(kind)
    growth = growth + school * (-0.07 if kind == "city" else 0.05) + _time_of_year() + _time_of_month()
    sundays = (random.random() < 0.3) and kind == "mall"
    opened = ((DAYS.dayofweek != 6) | sundays) & (state == "0")
    if number % 9 == 0:
        opened &= ~((DAYS >= "2022-03-01") & (DAYS < "2022-05-15"))
    columns = {
        "store": f"store_{number:02d}",
        "date": DAYS,
        "sales": np.where(opened, np.round(base * np.exp(growth)), 0),
        "open": opened.astype(int),
        "promotion": promotion,
        "state_holiday": state,
        "school_holiday": school,
        "store_type": kind,
        "distance": round(float(np.exp(random.normal(7, 1))), 0),
    }
    frame = pd.DataFrame(columns)
    return frame[frame["date"] >= "2022-09-01"] if number % 7 == 3 else frame


def _own_growth(kind: str, promotion: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """What a shop does not share with others: its answer to offers and weekdays, its trend and its noise."""
    count = len(DAYS)
    effect = {"none": 0.0, **{offer: random.normal(*size) for offer, size in OFFERS.items()}}
    by_weekday = np.array([0.05, -0.03, -0.06, -0.02, 0.08, 0.12, 0]) + random.normal(0, 0.03, 7)
    if kind == "mall":
        by_weekday[5] += 0.25
    trend = np.cumsum(random.normal(0, 0.0025, count)) + np.linspace(0, random.normal(0.04, 0.08), count)
    noise = _carried_noise(random.normal(0, 0.06, count))
    return by_weekday[DAYS.dayofweek] + np.array([effect[offer] for offer in promotion]) + trend + noise


def _promotions(random: np.random.Generator) -> np.ndarray:
    """The offer of each day: one of six days in every second week, none on Sundays."""
    promotion = np.full(len(DAYS), "none", dtype=object)
    shift = 7 * random.integers(0, 2)
    for start in range(0, len(DAYS), 14):
        offer = random.choice([*OFFERS, "none"], p=[0.3, 0.2, 0.25, 0.25])
        promotion[start + shift : start + shift + 6] = offer
    promotion[DAYS.dayofweek == 6] = "none"
    return promotion


def _carried_noise(shocks: np.ndarray) -> np.ndarray:
    """Noise of which 45 % carries over to the next day."""
    noise = np.zeros(len(shocks))
    for day in range(1, len(shocks)):
        noise[day] = 0.45 * noise[day - 1] + shocks[day]
    return noise


def _christmas(kind: str) -> np.ndarray:
    """Sales rise from the 6th to the 24th of December, half as much in villages."""
    season = (DAYS.month == 12) & (DAYS.day > 5) & (DAYS.day < 25)
    return np.where(season, 0.03 * (np.asarray(DAYS.day) - 5) * (0.5 if kind == "village" else 1), 0)


def _before_holidays(state: np.ndarray) -> np.ndarray:
    """The day before a closed one sells more."""
    return np.append(0.22 * (state[1:] != "0"), 0)


def _time_of_year() -> np.ndarray:
    week = np.asarray(DAYS.isocalendar().week)
    return 0.05 * np.sin(2 * np.pi * (week - 10) / 52)


def _time_of_month() -> np.ndarray:
    """Sales are higher about pay day."""
    day = np.asarray(DAYS.day)
    return 0.09 * ((day <= 3) | (day >= 29))
