"""Makes data sets for the accuracy bench from what Python packages ship, and some simulated ones.

usage: python bench/other-sets/make.py FOLDER [--sets a,b]

Nothing is downloaded: requirements.txt names the packages. FOLDER also gets the scorer, as the bench asks for it there.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Callable
from pathlib import Path

import greykite_sets
import r_sets
from adspend_60 import adspend_60
from data_set import DataSet
from online_retail import online_retail, retail_weekly
from sku_daily import sku_daily
from store_sales import store_sales
from web_15min import web_15min

REAL: tuple[Callable[[], DataSet], ...] = (
    greykite_sets.appliances,
    greykite_sets.beijing,
    r_sets.employment,
    r_sets.fx_daily,
    r_sets.gasoline,
    r_sets.incidents_yearly,
    online_retail,
    greykite_sets.peyton,
    r_sets.population_yearly,
    retail_weekly,
    r_sets.seatbelts,
    r_sets.taylor,
    greykite_sets.traffic_hourly,
    r_sets.txhousing,
    greykite_sets.yosemite_5min,
)
SIMULATED: tuple[Callable[[], DataSet], ...] = (adspend_60, sku_daily, store_sales, web_15min)
MAKERS = {make.__name__: make for make in (*REAL, *SIMULATED)}


def main() -> None:
    """Reads the command line and writes the sets."""
    parser = argparse.ArgumentParser(description="Makes data sets for the accuracy bench.")
    parser.add_argument("folder", type=Path, help="where a folder for each set is made")
    parser.add_argument("--sets", default=",".join(MAKERS), help="names, separated by commas; all without it")
    options = parser.parse_args()
    names = options.sets.split(",")
    unknown = [name for name in names if name not in MAKERS]
    if unknown:
        parser.error(f"no set {', '.join(unknown)}; there are {', '.join(MAKERS)}")
    for name in names:
        data_set = MAKERS[name]()
        data_set.write(options.folder)
        print(f"{name}: {data_set.series_count()} series, {len(data_set.frame)} rows, horizon {data_set.horizon}")
    shutil.copy(Path(__file__).with_name("score.py"), options.folder / "score.py")


if __name__ == "__main__":
    main()
