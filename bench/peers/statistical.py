"""Times statsforecast on the series of a CSV file (unique_id, ds, y); prints one JSON object of seconds.

usage: statistical.py FILE SEASON HORIZON
"""
import json, sys, time
import pandas as pd
from importlib.metadata import version
from statsforecast import StatsForecast
from statsforecast.models import AutoARIMA, AutoETS, AutoTheta

file, season, horizon = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])


def main():
    frame = pd.read_csv(file)
    some = frame[frame.unique_id.isin(sorted(frame.unique_id.unique())[:8])]
    models = {"auto-ets": AutoETS, "auto-theta": AutoTheta, "auto-arima": AutoARIMA}
    seconds = {}
    for name, model in models.items():
        for cores in (1, 2):
            if name == "auto-arima" and cores == 2:
                continue
            # Intervals as Almanac makes them; the first call warms the compiler up.
            run = lambda data: StatsForecast(models=[model(season_length=season)], freq=1, n_jobs=cores).forecast(
                df=data, h=horizon, level=[80])
            part = frame if name != "auto-arima" else frame[frame.unique_id < 20]
            run(some)
            start = time.perf_counter()
            run(part)
            seconds[f"{name} {cores}"] = time.perf_counter() - start
    print(json.dumps({"version": version("statsforecast"), "seconds": seconds}))


if __name__ == "__main__":
    main()
