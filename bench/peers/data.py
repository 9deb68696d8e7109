"""Does with pandas or polars what Almanac does to make a panel, as far as they go, and prints one JSON object.

usage: data.py pandas|polars FILE OUT

Reads the CSV, parses the dates, sorts by series and day, looks for repeated and missing days, turns every column into 64-bit
numbers (series into codes) and writes an Arrow file. Seconds do not include the start of Python and its imports.
"""
import json, resource, sys, time

library, file, out = sys.argv[1:4]


def with_pandas():
    import pandas as pd

    start = time.perf_counter()
    frame = pd.read_csv(file, engine="pyarrow", parse_dates=["date"])
    frame = frame.sort_values(["store", "date"], ignore_index=True)
    step = frame.groupby("store", sort=False)["date"].diff().dropna()
    assert not frame.duplicated(["store", "date"]).any() and (step == pd.Timedelta(days=1)).all()
    frame["store"] = frame["store"].astype("category").cat.codes
    numbers = frame.columns.difference(["date"])
    frame[numbers] = frame[numbers].astype("float64")
    frame.to_feather(out, compression="uncompressed")
    return pd.__version__, time.perf_counter() - start


def with_polars():
    import polars as pl

    start = time.perf_counter()
    frame = pl.read_csv(file, try_parse_dates=True).sort(["store", "date"])
    step = frame.select(pl.col("date").diff().over("store").drop_nulls())["date"]
    assert not frame.select(pl.struct("store", "date").is_duplicated().any()).item()
    assert (step == pl.Series([86_400_000]).cast(pl.Duration("ms"))).all()
    frame = frame.with_columns(pl.col("store").cast(pl.Categorical).to_physical())
    frame = frame.with_columns(pl.all().exclude("date").cast(pl.Float64))
    frame.write_ipc(out, compression="uncompressed")
    return pl.__version__, time.perf_counter() - start


version, seconds = with_pandas() if library == "pandas" else with_polars()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"version": version, "seconds": seconds, "megabytes": peak}))
