"""The reference work, as the two Python peers share it: constants, load curve, statistics.

    R0  demand and price of 36 months, and their 72 means
    R1  cost and waste at 64 sizes, with the statistics of each
    R2  the same at one size
    R3  R2, with the mean over 730 hours instead of the load curve

The README beside this file has the model.
"""

import json
import sys
import time

import numpy as np

MONTHS, HOURS, SIZES = 36, 730, 64
FEE = 0.65
GROWTH_DRIFT, GROWTH_SHOCK = 0.02, 0.08
PRICE_DRIFT, PRICE_SHOCK, YEARLY_CAP = 0.003, 0.03, np.log(1.05)
ERROR_PERSISTENCE, ERROR_SHOCK = 0.8, 0.05
# Cholesky factor of the correlations usage-price 0.2, price-error 0.1.
PRICE_USAGE, PRICE_OWN = 0.2, np.sqrt(0.96)
ERROR_PRICE = 0.1 / PRICE_OWN
ERROR_OWN = np.sqrt(1 - ERROR_PRICE**2)
ONE_SIZE = 28
LEVELS = {"p5": 0.05, "p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99}

# The load curve is tabulated on [0, TOP]; the shape's largest hour is 1.75.
CELLS, TOP = 2048, 2.0


def sizes(work):
    all_sizes = 2.5 * np.arange(SIZES) / (SIZES - 1)
    return all_sizes if work == "R1" else all_sizes[ONE_SIZE : ONE_SIZE + 1]


def shape():
    h = np.arange(HOURS)
    s = 1 + 0.6 * np.sin(2 * np.pi * h / 24) + 0.2 * np.sin(2 * np.pi * h / 168)
    s = np.maximum(s, 0.05)
    return s / s.mean()


def load_curve():
    """L(k) = mean of max(s - k, 0) at CELLS + 1 knots, and its step to the next knot."""
    knots = np.arange(CELLS + 1) * TOP / CELLS
    value = np.maximum(shape()[None, :] - knots[:, None], 0).mean(axis=1)
    return value, np.append(np.diff(value), 0)


def total_statistics(cost, waste, units):
    """The statistics of one size, from the totals of all paths."""
    n = len(cost)
    tail = int(0.95 * n)
    places = {name: level * (n - 1) for name, level in LEVELS.items()}
    near = {i for x in places.values() for i in (int(x), min(int(x) + 1, n - 1))}
    ordered = np.partition(cost, sorted(near | {tail}))

    def at(values, x):
        i = int(x)
        return values[i] + (x - i) * (values[min(i + 1, n - 1)] - values[i])

    result = {"mean": cost.mean(), "sd": cost.std()}
    result |= {name: at(ordered, x) for name, x in places.items()}
    result["cvar95"] = ordered[tail:].mean()
    x = places["p95"]
    ordered = np.partition(waste, [int(x), min(int(x) + 1, n - 1)])
    return {
        "units": float(units),
        "cost": {name: float(value) for name, value in result.items()},
        "waste": {"mean": float(waste.mean()), "p95": float(at(ordered, x))},
    }


def sweep_statistics(cost, waste, units, pool):
    """`cost` and `waste` hold a row per size; NumPy sorts outside the interpreter's lock."""
    table = list(pool.map(total_statistics, cost, waste, units))
    least = lambda name: min(table, key=lambda row: row["cost"][name])["units"]
    return {"sizes": table, "best": {"mean": least("mean"), "cvar95": least("cvar95")}}


def main(peer, simulate):
    """Runs `simulate(work, paths, threads, seed)` from the command line and prints its answer."""
    if len(sys.argv) not in (4, 5) or sys.argv[1] not in ("R0", "R1", "R2", "R3"):
        sys.exit("usage: R0|R1|R2|R3 PATHS THREADS [SEED]")
    work, paths, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    seed = int(sys.argv[4]) if len(sys.argv) == 5 else 1
    start = time.perf_counter()
    answer = simulate(work, paths, threads, seed)
    seconds = time.perf_counter() - start
    head = {"peer": peer, "work": work, "paths": paths, "threads": threads, "seconds": seconds}
    print(json.dumps(head | answer))
