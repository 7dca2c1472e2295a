"""The reference work in Numba: compiled loops over chunks of paths, parallel, fastmath.

usage: python numba_peer.py R0|R1|R2|R3 PATHS THREADS [SEED]

The compiled code is cached between runs (NUMBA_CACHE_DIR).
"""

from concurrent.futures import ThreadPoolExecutor

import numba
import numpy as np
from work import (
    CELLS,
    ERROR_OWN,
    ERROR_PERSISTENCE,
    ERROR_PRICE,
    ERROR_SHOCK,
    FEE,
    GROWTH_DRIFT,
    GROWTH_SHOCK,
    HOURS,
    MONTHS,
    PRICE_DRIFT,
    PRICE_OWN,
    PRICE_SHOCK,
    PRICE_USAGE,
    TOP,
    YEARLY_CAP,
    load_curve,
    main,
    shape,
    sizes,
    sweep_statistics,
)

CHUNK = 1024
# Threads of Python run the compiled chunks in parallel, each with its own NumPy generator, which
# draws normals five times as fast as the one that Numba brings for its parallel loops.
compiled = numba.njit(fastmath=True, cache=True, nogil=True)


@compiled
def futures(rng, demand, price):
    """Fills a chunk's demand and price, a row per month."""
    n = demand.shape[1]
    growth, level, error = np.zeros(n), np.zeros(n), np.zeros(n)
    cap = np.full(n, YEARLY_CAP)
    z = np.empty((3, n))
    for t in range(MONTHS):
        for j in range(3):
            for i in range(n):
                z[j, i] = rng.standard_normal()
        for i in range(n):
            growth[i] += GROWTH_DRIFT + GROWTH_SHOCK * z[0, i]
            move = PRICE_USAGE * z[0, i] + PRICE_OWN * z[1, i]
            level[i] = min(level[i] + PRICE_DRIFT + PRICE_SHOCK * move, cap[i])
            shock = ERROR_PRICE * z[1, i] + ERROR_OWN * z[2, i]
            error[i] = ERROR_PERSISTENCE * error[i] + ERROR_SHOCK * shock
            demand[t, i] = np.exp(growth[i] + error[i])
            price[t, i] = np.exp(level[i])
        if (t + 1) % 12 == 0:
            for i in range(n):
                cap[i] = level[i] + YEARLY_CAP


@compiled
def settle(demand, price, scale, used, units, curve, step, cost, waste):
    """Cost and waste of a chunk at one size, from the load curve; `scale` is cells over demand."""
    n = demand.shape[1]
    paid, spilled = np.zeros(n), np.zeros(n)
    for t in range(MONTHS):
        for i in range(n):
            place = min(units * scale[t, i], float(CELLS))
            cell = np.int32(place)
            over = demand[t, i] * (curve[cell] + (place - cell) * step[cell])
            spilled[i] += over
            paid[i] += price[t, i] * over
    for i in range(n):
        cost[i] = FEE * MONTHS * units + paid[i]
        waste[i] = FEE * (MONTHS * units - used[i] + spilled[i])


@compiled
def settle_hours(demand, price, units, hours, cost, waste):
    """The same from the mean over the hours."""
    n = demand.shape[1]
    for i in range(n):
        paid, spilled = 0.0, 0.0
        for t in range(MONTHS):
            level, over = demand[t, i], 0.0
            for h in range(HOURS):
                over += max(level * hours[h] - units, 0.0)
            over *= 1 / HOURS
            spilled += over - level
            paid += price[t, i] * over
        waste[i] = FEE * (MONTHS * units + spilled)
        cost[i] = paid + FEE * MONTHS * units


@compiled
def means(rng, n):
    demand, price = np.empty((MONTHS, n)), np.empty((MONTHS, n))
    futures(rng, demand, price)
    sums = np.empty((2, MONTHS))
    for t in range(MONTHS):
        sums[0, t] = demand[t].sum()
        sums[1, t] = price[t].sum()
    return sums


@compiled
def sweep(rng, units, curve, step, hours, cost, waste):
    """`cost` and `waste` hold a row per size."""
    n = cost.shape[1]
    demand, price = np.empty((MONTHS, n)), np.empty((MONTHS, n))
    futures(rng, demand, price)
    if len(hours) > 0:
        settle_hours(demand, price, units[0], hours, cost[0], waste[0])
        return
    scale, used = (CELLS / TOP) / demand, demand.sum(axis=0)
    for g in range(len(units)):
        settle(demand, price, scale, used, units[g], curve, step, cost[g], waste[g])


def simulate(work, paths, threads, seed):
    starts = range(0, paths, CHUNK)
    seeds = np.random.SeedSequence((seed, 2)).spawn(len(starts))
    units = sizes(work)
    curve = load_curve()
    hours = shape() if work == "R3" else np.empty(0)
    if work != "R0":
        cost, waste = np.empty((len(units), paths)), np.empty((len(units), paths))

    def chunk(start, seed):
        rng = np.random.Generator(np.random.SFC64(seed))
        end = min(start + CHUNK, paths)
        if work == "R0":
            return means(rng, end - start)
        sweep(rng, units, *curve, hours, cost[:, start:end], waste[:, start:end])

    with ThreadPoolExecutor(threads) as pool:
        done = list(pool.map(chunk, starts, seeds))
        if work == "R0":
            demand, price = sum(done) / paths
            return {"demand": demand.tolist(), "price": price.tolist()}
        return sweep_statistics(cost, waste, units, pool)


main("numba", simulate)
