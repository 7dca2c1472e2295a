"""The reference work in NumPy: chunks of paths that stay in the cache, whole-array operations.

usage: python numpy_peer.py R0|R1|R2|R3 PATHS THREADS [SEED]
"""

from concurrent.futures import ThreadPoolExecutor

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

CURVE, STEP = load_curve()
SHAPE = shape()
CHUNK = {"R0": 8192, "R1": 2048, "R2": 8192, "R3": 256}


def futures(rng, n):
    """Demand and price, a row per month."""
    z = rng.standard_normal((MONTHS, 3, n))
    growth = np.cumsum(GROWTH_DRIFT + GROWTH_SHOCK * z[:, 0], axis=0)
    moves = PRICE_DRIFT + PRICE_SHOCK * (PRICE_USAGE * z[:, 0] + PRICE_OWN * z[:, 1])
    shocks = ERROR_SHOCK * (ERROR_PRICE * z[:, 1] + ERROR_OWN * z[:, 2])
    price, cap, error = np.zeros(n), np.full(n, YEARLY_CAP), np.zeros(n)
    prices = np.empty((MONTHS, n))
    for t in range(MONTHS):
        price = np.minimum(price + moves[t], cap)
        prices[t] = price
        if (t + 1) % 12 == 0:
            cap = price + YEARLY_CAP
        error = ERROR_PERSISTENCE * error + shocks[t]
        growth[t] += error
    return np.exp(growth), np.exp(prices)


class Sweep:
    """Overflow of every size, month by month, in buffers that are made once per chunk."""

    def __init__(self, units, n):
        shape = (len(units), n)
        self.scaled = units[:, None] * (CELLS / TOP)
        self.place, self.step = np.empty(shape), np.empty(shape)
        self.cell = np.empty(shape, np.intp)

    def overflow(self, demand):
        np.multiply(self.scaled, 1 / demand, out=self.place)
        np.minimum(self.place, CELLS, out=self.place)
        np.copyto(self.cell, self.place, casting="unsafe")
        self.place -= self.cell
        np.take(STEP, self.cell, out=self.step, mode="clip")
        self.place *= self.step
        np.take(CURVE, self.cell, out=self.step, mode="clip")
        self.place += self.step
        self.place *= demand
        return self.place


def explicit_overflow(units, demand):
    """The mean over the hours, for one size."""
    spilled = demand[:, None] * SHAPE
    spilled -= units
    np.maximum(spilled, 0, out=spilled)
    return spilled.mean(axis=1)[None, :]


def settle(work, demand, price, units):
    """Cost and waste of each path, a row per size."""
    n = demand.shape[1]
    cost, spilled = np.zeros((len(units), n)), np.zeros((len(units), n))
    sweep = Sweep(units, n)
    for t in range(MONTHS):
        if work == "R3":
            overflow = explicit_overflow(units[0], demand[t])
        else:
            overflow = sweep.overflow(demand[t])
        spilled += overflow
        cost += overflow * price[t]
    committed = MONTHS * units[:, None]
    return cost + FEE * committed, FEE * (committed - demand.sum(axis=0) + spilled)


def simulate(work, paths, threads, seed):
    units = sizes(work)
    starts = range(0, paths, CHUNK[work])
    seeds = np.random.SeedSequence((seed, 1)).spawn(len(starts))
    if work != "R0":
        cost, waste = np.empty((len(units), paths)), np.empty((len(units), paths))

    def chunk(start, seed):
        n = min(CHUNK[work], paths - start)
        demand, price = futures(np.random.Generator(np.random.SFC64(seed)), n)
        if work == "R0":
            return demand.sum(axis=1), price.sum(axis=1)
        here = np.s_[:, start : start + n]
        cost[here], waste[here] = settle(work, demand, price, units)

    with ThreadPoolExecutor(threads) as pool:
        done = list(pool.map(chunk, starts, seeds))
        if work == "R0":
            demand, price = (sum(rows) / paths for rows in zip(*done))
            return {"demand": demand.tolist(), "price": price.tolist()}
        return sweep_statistics(cost, waste, units, pool)


main("numpy", simulate)
