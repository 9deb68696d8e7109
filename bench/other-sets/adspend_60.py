"""Simulated: sixty months of one product's sales that advertising, price and campaigns drive."""

from __future__ import annotations

import numpy as np
import pandas as pd

from data_set import DataSet

MONTHS = pd.date_range("2019-01-01", periods=60, freq="MS")
CAMPAIGNS = {"none": 0, "radio": 25, "tv": 60}


def adspend_60() -> DataSet:
    """The order of the draws is part of the data."""
    random = np.random.default_rng(4)
    count, month = len(MONTHS), np.arange(len(MONTHS))
    ad_spend = np.round(np.exp(random.normal(3, 0.5, count)), 1)
    price = np.round(20 + np.cumsum(random.normal(0, 0.25, count)), 2)
    campaign = random.choice(list(CAMPAIGNS), count, p=[0.6, 0.2, 0.2])
    footfall = np.round(50 + 10 * np.sin(2 * np.pi * month / 12) + random.normal(0, 3, count), 1)
    sales = 400 + 1.3 * month + 2.2 * ad_spend - 12 * (price - 20) + np.array([CAMPAIGNS[one] for one in campaign])
    sales = sales + 30 * np.cos(2 * np.pi * month / 12) + 1.5 * (footfall - 50) + random.normal(0, 12, count)
    columns = {
        "month": MONTHS,
        "sales": np.round(sales, 1),
        "ad_spend": ad_spend,
        "price": price,
        "campaign": campaign,
        "footfall": footfall,
    }
    return DataSet(
        name="adspend_60",
        frame=pd.DataFrame(columns),
        time="month",
        target="sales",
        horizon=6,
        season=12,
        known=["ad_spend", "price", "campaign"],
        observed=["footfall"],
        source="simulated: 60 months driven by covariates",
        licence="made here",
    )
