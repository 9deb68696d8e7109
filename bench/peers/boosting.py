"""LightGBM on the matrix of bench/boosting.ts. usage: boosting.py FOLDER ROWS HELD_OUT FEATURES ROUNDS EXPLAIN_ROUNDS EXPLAIN_ROWS; prints one JSON document."""
import json, os, sys, time
import lightgbm as lgb
import numpy as np

folder, (rows, held_out, features, rounds, explain_rounds, explain_rows) = sys.argv[1], map(int, sys.argv[2:8])
values = np.fromfile(os.path.join(folder, "values.f32"), dtype=np.float32).reshape(rows + held_out, features)
target = np.fromfile(os.path.join(folder, "target.f64"), dtype=np.float64)
settings = {"objective": "l2", "num_leaves": 31, "learning_rate": 0.1, "min_data_in_leaf": 20, "max_bin": 255, "verbose": -1}
result = {"version": lgb.__version__, "fits": {}}
for threads in (1, 2):
    started = time.perf_counter()
    parameters = {**settings, "num_threads": threads}
    model = lgb.train(parameters, lgb.Dataset(values[:rows], target[:rows], params=parameters), rounds)
    seconds = time.perf_counter() - started
    errors = model.predict(values[rows:]) - target[rows:]
    result["fits"][str(threads)] = {"seconds": seconds, "loss": float(np.mean(errors**2))}
part = min(rows, 50_000)
model = lgb.train({**settings, "num_threads": 2}, lgb.Dataset(values[:part], target[:part]), explain_rounds)
started = time.perf_counter()
model.predict(values[:explain_rows], pred_contrib=True, num_threads=1)
result["explain"] = time.perf_counter() - started
print(json.dumps(result))
