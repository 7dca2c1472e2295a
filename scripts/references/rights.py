#!/usr/bin/env python3
"""Values of rights, from dynamic programs on grids: nothing here comes from the engine or is drawn.

Writes tests/references/rights.json, a list of {id, value, accuracy, parameters}. The base case is B0
of the numerics reference: levels at month ends, growth .20 and volatility .35 a year, fee .60 and
on-demand price 1 a unit and month, no discounting. What later months cost is known in closed form
given the logarithm of the level at a window, so the state is that logarithm and the rights used. The
expectation over the next window is a Gauss-Legendre rule with panels split where the best choice
changes. The sum can be evaluated at any point (Nystrom), which gives the splits of the window before.
An on-demand price that moves adds a dimension, in coordinates with independent steps. `accuracy` is
the difference between two grids, at least 1e-9 (1e-7 for units that cost least). Rules are evaluated
as they are. Values in the numerics reference are asserted.

usage: OMP_NUM_THREADS=1 python scripts/references/rights.py  (needs numpy, scipy; about 2 minutes)
"""

import json
from dataclasses import asdict, dataclass, replace
from functools import cache
from math import exp, factorial, log, sqrt
from pathlib import Path

import numpy as np
from scipy.interpolate import make_interp_spline
from scipy.optimize import brentq, minimize
from scipy.special import ndtr

OUTPUT = Path(__file__).resolve().parents[2] / "tests" / "references" / "rights.json"
LEVEL, FEE = 100.0, 0.60  # the first level; the fee, in units of the first on-demand price
TAIL = 7.5  # standard deviations kept on each side
GRIDS = ((2.0, 8), (1.5, 12))  # width of panels in monthly standard deviations, points in a panel
HOURS = [(1.0 if h < 120 else 0.6) * (1 + 0.5 * np.cos(2 * np.pi * (h % 24 - 14) / 24)) for h in range(168)]
NOTHING = lambda x: 0.0
LINEAR = lambda a, b=0.0: lambda left, units, reward: log((a + b * left) * units)
MYOPIC = lambda left, units, reward: brentq(reward, log(0.2 * units), log(2.5 * units), xtol=1e-13)
CURVES = {"flat": ([1.0], [1]), "LC3": ([0.4, 1.0, 1.6], [1, 2, 1]),  # levels, and how many hours each
          "LC168": np.unique(np.round(HOURS / np.mean(HOURS), 13), return_counts=True)}

REFUNDS = ((12, 81, 1, 1, 0.0), (12, 162, 3, 3, 0.0), (24, 162, 3, 2, 0.0), (12, 162, 3, 2, 0.12))


@dataclass(frozen=True)
class Demand:
    """The month-end level; jumps are Merton's, compensated."""
    growth: float = 0.20
    volatility: float = 0.35
    growth_sd: float = 0.0  # the log drift is drawn once: N(growth - volatility^2 / 2, growth_sd^2) a year
    jumps_per_year: float = 0.0
    jump_mean: float = -0.25
    jump_sd: float = 0.20

    def law(self, now, later):
        """Of ln D_later given x = ln D_now: (weight, a, b, sd) of normal parts with means a + b x."""
        u, d, variance = now / 12, (later - now) / 12, self.volatility**2
        drift = self.growth - variance / 2
        if self.growth_sd:
            posterior = 1 / (1 / self.growth_sd**2 + u / variance)
            slope = d * posterior / variance if now else 0.0
            mean = d * posterior * drift / self.growth_sd**2 - slope * log(LEVEL)
            return [(1.0, mean, 1 + slope, sqrt(variance * d + posterior * d * d))]
        rate = self.jumps_per_year * d
        mean = drift * d - rate * (exp(self.jump_mean + self.jump_sd**2 / 2) - 1)
        return [(exp(-rate) * rate**n / factorial(n), mean + n * self.jump_mean, 1.0,
                 sqrt(variance * d + n * self.jump_sd**2)) for n in range(12 if rate else 1)]


@dataclass(frozen=True)
class Contract:
    term: int = 12
    units: float = 100.0
    every: int = 3  # months from window to window
    lag: int = 1  # a decision at the end of month w bills from month w + 1 + lag
    per_year: int = 2  # cuts in contract months 1-12, 13-24, ...
    carry_over: bool = False
    of_original: bool = False
    parts: int = 1  # a cut gives up any number of so many equal parts of 15 %
    flex: bool = True  # give up 15 % of the units
    terminate: bool = False  # at each window, for a fee of three months; on demand afterward
    clawback: bool = False  # 10 % of a month's fee if less than 70 % of the units is used
    curve: str = "flat"

    def windows(self):
        return [w for w in range(self.every, self.term, self.every) if w + 1 + self.lag <= self.term]

    def in_force(self, cuts):
        cuts = cuts / self.parts
        return self.units * (1 - 0.15 * cuts if self.of_original else 0.85**cuts)


def black(forward, units, sd):
    """E (D - units)+ for lognormal D."""
    d = np.log(forward / units) / sd + sd / 2 if units else np.inf
    return forward * ndtr(d) - units * ndtr(d - sd)


def month_cost(demand, contract, units, x, now, month):
    """Expected cost of a month given x = ln D_now."""
    cost, (levels, hours) = FEE * units, CURVES[contract.curve]
    for weight, a, b, sd in demand.law(now, month):
        for level, count in zip(levels, hours, strict=True):
            forward = level * np.exp(a + b * x + sd * sd / 2)
            cost = cost + weight * count / sum(hours) * black(forward, units, sd)
        if contract.clawback and units:
            cost = cost - weight * 0.10 * FEE * units * ndtr((log(0.70 * units) - a - b * x) / sd)
    return cost


def static_cost(demand, contract):
    return float(sum(month_cost(demand, contract, contract.units, log(LEVEL), 0, t + 1) for t in range(contract.term)))


def gauss(edges, order):
    """Points and weights of Gauss-Legendre rules between neighbors on the last axis of `edges`."""
    points, weights = np.polynomial.legendre.leggauss(order)
    half, flat = np.diff(edges)[..., None] / 2, (*edges.shape[:-1], -1)
    return (edges[..., :-1, None] + half * (1 + points)).reshape(flat), (half * weights).reshape(flat)


def panels(low, high, width):
    return np.linspace(low, high, max(2, int(np.ceil((high - low) / width)) + 1))


def density(y, mean, sd):  # by the means, then by y
    return np.exp(-0.5 * ((y - mean[:, None]) / sd) ** 2) / (sd * sqrt(2 * np.pi))


class Program:
    """Largest expected sum of rewards, or that of a rule. `choices(i, state)` gives (reward of x, state
    after, marks), first to wait; marks are constants added up beside the rewards. `rule(i, state)` is
    the x below which the second choice is taken."""

    def __init__(self, times, law, choices, start, step, grid, rule=None, marks=0, reach=0.0):
        self.times, self.law, self.choices, self.rule, self.marks = times, law, choices, rule, marks
        self.start, self.reach, self.width, self.order = start, reach, step * grid[0], grid[1]
        self.piece = cache(self.piece)

    def expected(self, i, state, x):
        """What is expected from stage i on, given x at the stage before."""
        x, piece = np.atleast_1d(x), self.piece(i, state)
        if piece is None:
            return np.zeros((len(x), 1 + self.marks))
        law = self.law(self.times[i - 1] if i else 0, self.times[i])
        return sum(weight * density(piece[0], a + b * x, sd) for weight, a, b, sd in law) @ piece[1]

    def worth(self, i, choice, x):
        reward, after, marks = choice
        total = self.expected(i + 1, after, x) + marks
        total[:, 0] += reward(x)
        return total

    def piece(self, i, state):
        """Points, weighted values and splits; nothing where no reward can come."""
        choices, splits = self.choices(i, state) if i < len(self.times) else [], []
        if not choices or len(choices) == 1 and self.piece(i + 1, choices[0][1]) is None:
            return None
        ends = [a + b * self.start + side * (TAIL * sd + self.reach)
                for weight, a, b, sd in self.law(0, self.times[i]) if weight > 1e-13 for side in (-1, 1)]
        low, high, follows = min(ends), max(ends), self.rule is not None and len(choices) > 1
        if follows:
            splits = [self.rule(i, state)]
        elif len(choices) > 1:
            scan = np.linspace(low, high, 201)
            best = np.argmax([self.worth(i, c, scan)[:, 0] for c in choices], axis=0)
            for k in np.flatnonzero(np.diff(best)):
                pair = choices[best[k]], choices[best[k + 1]]
                excess = lambda x: np.subtract(*(self.worth(i, c, x)[0, 0] for c in pair))
                splits.append(brentq(excess, scan[k], scan[k + 1], xtol=1e-13))
        edges = [*panels(low, high, self.width), *(s for s in splits if low < s < high)]
        x, weights = gauss(np.unique(edges), self.order)
        worths = np.array([self.worth(i, c, x) for c in choices])
        taken = (x < splits[0]).astype(int) if follows else np.argmax(worths[:, :, 0], axis=0)
        return x, weights[:, None] * worths[taken, np.arange(len(x))], splits


def program(demand, contract, grid, rule=None, marks=False):
    """What rights save; with marks also, by window, the probability of a cut and the expected cut."""
    windows = contract.windows()
    year = lambda i: (windows[i] - 1) // 12
    kept = lambda i: not contract.carry_over and i + 1 < len(windows) and year(i + 1) == year(i)
    after = lambda i, cuts, used: (cuts, used if kept(i) else 0)

    def saving(i, old, new, fee=0.0):
        months = range(windows[i] + 1 + contract.lag, contract.term + 1)
        cost = lambda units, x: sum(month_cost(demand, contract, units, x, windows[i], t) for t in months)
        return lambda x: cost(old, x) - cost(new, x) - fee

    def choices(i, state):
        if state == "ended":
            return [(NOTHING, state, 0.0)]
        cuts, used = state  # cuts in parts
        old = contract.in_force(cuts)
        left = contract.per_year * (year(i) + 1) - cuts if contract.carry_over else contract.per_year - used
        found, one = [(NOTHING, after(i, cuts, used), 0.0)], np.arange(len(windows)) == i
        for part in range(1, contract.parts + 1) if contract.flex and left > 0 else ():
            new = contract.in_force(cuts + part)
            mark = np.concatenate(([0.0], one, (old - new) * one)) if marks else 0.0
            found.append((saving(i, old, new), after(i, cuts + part, used + 1), mark))
        if contract.terminate:
            found.append((saving(i, old, 0.0, 3 * FEE * old), "ended", 0.0))
        return found

    bound = lambda i, state: rule(contract.term - windows[i], contract.in_force(state[0]), choices(i, state)[1][0])
    return Program(windows, demand.law, choices, log(LEVEL), demand.volatility / sqrt(12), grid,
                   bound if rule else None, 2 * len(windows) * marks, 0.45)


def saving(demand, contract, grid, rule=None):
    return float(program(demand, contract, grid, rule).expected(0, (0, 0), log(LEVEL))[0, 0])


def optimized(demand, contract, grid):
    """Values at 100 units and at those that cost least without and with the right."""
    solved = program(demand, contract, grid)
    static = lambda units: static_cost(demand, replace(contract, units=units))
    slope = lambda f, k: 8 * (f(k + 0.05) - f(k - 0.05)) - (f(k + 0.1) - f(k - 0.1))
    search = lambda f: brentq(lambda k: slope(f, k), 75, 155)

    def value(units):
        if demand.growth_sd:  # what is learned depends on the first level
            return saving(demand, replace(contract, units=units), grid)
        scale = units / contract.units  # values scale with level and units together
        return scale * float(solved.expected(0, (0, 0), log(LEVEL / scale))[0, 0])

    plain, best = search(static), search(lambda units: static(units) - value(units))
    return {"V100": value(100.0), "static_cost_at_100": static(100.0), "static_units": plain,
            "static_cost": static(plain), "V_at_static_units": value(plain), "units": best,
            "cost": static(best) - value(best), "V_reoptimized": static(plain) - static(best) + value(best)}


def course(demand, contract, grid):
    """Of the best policy: thresholds of D / units by cuts made in the year, probabilities of a cut, units."""
    windows, solved = contract.windows(), program(demand, contract, grid, marks=True)
    value, found = solved.expected(0, (0, 0), log(LEVEL))[0, 1:], {}
    for i, window in enumerate(windows):
        splits = {used: solved.piece(i, (0, used))[2] for used in range(contract.per_year)}
        found |= {f"threshold.m{window}.used{used}": exp(split) / contract.units for used, (split,) in splits.items()}
        found[f"course.probability.m{window}"] = value[i]
    for t in range(1, contract.term + 1):
        cuts = zip(windows, value[len(windows):], strict=True)
        found[f"course.expected_units.m{t}"] = contract.units - sum(c for w, c in cuts if w + 1 + contract.lag <= t)
    return found


def subsets(demand, contract, grid):
    """Costs with any of F (flex-down), C (clawback), X (termination), and Shapley values."""
    cost = {}
    for name in ("", "F", "C", "X", "FC", "FX", "CX", "FCX"):
        some = replace(contract, flex="F" in name, clawback="C" in name, terminate="X" in name)
        cost[frozenset(name)] = static_cost(demand, some) - saving(demand, some, grid)
    found = {f"cost.{''.join(sorted(name, key='FCX'.find)) or 'none'}": c for name, c in cost.items()}
    for one in "FCX":
        two, three = "FCX".replace(one, "")
        gain = lambda *others: cost[frozenset(others)] - cost[frozenset((*others, one))]
        found[f"shapley.{one}"] = gain() / 3 + (gain(two) + gain(three)) / 6 + gain(two, three) / 3
    return found


def two_factors(rho, grid, price_sd=0.25, price_drift=-0.10):
    """With an on-demand price P beside the level D, in ln D and q = ln P - tilt ln D, independent."""
    demand, contract, windows = Demand(), Contract(), Contract().windows()
    sd, tilt = demand.volatility, rho * price_sd / demand.volatility
    rest, drift = price_sd * sqrt(1 - rho * rho), demand.growth - sd * sd / 2
    axes = ((log(LEVEL), drift, sd), (-tilt * log(LEVEL), price_drift - price_sd**2 / 2 - tilt * drift, rest))

    def overflow(x, months, units):  # over the price of today
        forward = np.exp(x + (demand.growth + rho * price_sd * sd) * months / 12)
        return exp(price_drift * months / 12) * black(forward, units, sd * sqrt(months / 12))

    def gain(i, cuts, x, q):
        old, new, left = contract.in_force(cuts), contract.in_force(cuts + 1), contract.term - windows[i]
        more = sum(overflow(x, t, new) - overflow(x, t, old) for t in range(1 + contract.lag, left + 1))
        return FEE * (old - new) * (left - contract.lag) - np.exp(q + tilt * x) * more

    def expected(i, cuts, x, q):  # from window i on, by x and q at the window before
        if i == len(windows) or cuts == contract.per_year:
            return np.zeros((len(x), len(q)))
        d = (windows[i] - (windows[i - 1] if i else 0)) / 12
        kernel = lambda y, now, axis: density(y, now + axis[1] * d, axis[2] * sqrt(d))
        points, pieces = piece(i, cuts)
        inner = [kernel(other, q, axes[1]) @ values for other, values in pieces]
        return kernel(points, x, axes[0]) @ np.array(inner)

    @cache
    def piece(i, cuts):
        u, width, order = windows[i] / 12, grid[0] / sqrt(12), grid[1]
        ends = [[m + a * u + side * TAIL * s * sqrt(u) for side in (-1, 1)] for m, a, s in axes]
        points, weights = gauss(panels(*ends[0], width * sd), order)
        low, high = ends[1]
        mesh, count = panels(low, high, width * rest / order), len(panels(low, high, width * rest))
        (go, wait), pieces = (expected(i + 1, c, points, mesh) for c in (cuts + 1, cuts)), []
        for k, x in enumerate(points):
            spline = make_interp_spline(mesh, np.stack((go[k], wait[k]), axis=1), k=7)
            cut = lambda q: gain(i, cuts, x, q) + spline(q)[..., 0]
            excess = lambda q: cut(q) - spline(q)[..., 1]
            split = low if excess(low) < 0 else high if excess(high) > 0 else brentq(excess, low, high)
            q, inner = gauss(np.stack((np.linspace(low, split, count), np.linspace(split, high, count))), order)
            pieces.append((q.ravel(), weights[k] * inner.ravel() * np.concatenate((cut(q[0]), spline(q[1])[:, 1]))))
        return points, pieces

    x, q = (np.array([axis[0]]) for axis in axes)
    static = sum(FEE * contract.units + overflow(x[0], t, contract.units) for t in range(1, contract.term + 1))
    return {"static_cost_at_100": float(static), "V100": float(expected(0, 0, x, q)[0, 0])}


def best_rules(demand, contract):  # rounded
    lost = lambda z: -saving(demand, contract, (2.0, 6), LINEAR(*z))
    search = lambda first: minimize(lost, first, method="Nelder-Mead", options={"xatol": 2e-5, "fatol": 1e-8}).x
    line, single = search([0.96, -0.009]), search([0.9])
    return {"best_linear": (round(line[0], 4), round(line[1], 5)), "best_single": (round(single[0], 4), 0.0)}


def swing(rights, grid):
    """ln S of the next day is .1 ln S + .5 eps, S = 1 on day 0; one right a day on days 0 to 50, strike 0."""
    law = lambda now, later: [(1.0, 0.0, 0.1 ** (later - now), 0.5 * sqrt((1 - 0.01 ** (later - now)) / 0.99))]
    choices = lambda _, left: [(NOTHING, left, 0.0)] + [(np.exp, left - 1, 0.0)] * (left > 0)
    days = Program(list(range(1, 51)), law, choices, 0.0, 0.5, grid)
    return max(paid + days.expected(0, rights - paid, 0.0)[0, 0] for paid in (0, 1))


def bermudan_put(grid, price=36.0, strike=40.0, rate=0.06, sd=0.2, dates=50):
    law = lambda a, b: [(1.0, (rate - sd * sd / 2) * (b - a) / dates, 1.0, sd * sqrt((b - a) / dates))]
    paid = lambda i: lambda x: exp(-rate * (i + 1) / dates) * (strike - np.exp(x))
    choices = lambda i, alive: [(NOTHING, alive, 0.0)] + [(paid(i), 0, 0.0)] * alive
    put = Program(list(range(1, dates + 1)), law, choices, log(price), sd / sqrt(dates), grid)
    return put.expected(0, 1, log(price))[0, 0]


# Right to the last digit; rules to the fourth, because those printed there are off by 2e-5.
PUBLISHED = """
T12.A. V100 9.48369358 V_at_static_units 9.88527097 V_reoptimized 11.62889161 cost 916.22820223 units 105.1246
T12.A. static_cost_at_100 927.8872877485 static_units 100.5309334763 static_cost 927.8570938391
T36.A. V100 45.62653313 static_units 107.3839306233 static_cost 3758.8669067604
T12.lag0. V100 12.434276 V_at_static_units 12.938662 V_reoptimized 15.839199 units 106.6608
T12.max1. V100 7.920086 V_at_static_units 8.244479 V_reoptimized 9.311039 units 103.9934
T12.LC3. V100 7.577750 V_at_static_units 4.904291 V_reoptimized 6.013171 units 99.8414 static_units 94.6200665227
T12.subsets.cost. none 927.887288 F 918.403594 C 924.819851 X 927.887288 FC 917.525093 FX 918.403594
T12.subsets. cost.CX 924.819851 cost.FCX 917.525093 shapley.F 8.389226 shapley.C 1.972969 shapley.X 0.000000
T12.threshold.m 3.used0 .881391 3.used1 .872488 6.used0 .910414 6.used1 .903932 9.used0 .936405 9.used1 .936405
T12.rule. linear 9.4830 single 9.3738 myopic 9.1325 below85 8.7407 below70 3.0110 below100 6.0169
T12.jumps. static_cost_at_100 945.5844753108 static_units 100.2678067025 static_cost 945.5775664359
T12.price.rho0. static_cost_at_100 914.5900404094
swing.rights 1 2.850961 2 5.296203 3 7.511832
bermudan _put 4.4778111
"""


def renewal(demand, terms, notice, change, grid):
    """A right to renew a year's contract of LEVEL units, `terms` - 1 times, at FEE (1 + change)^k."""
    width, points = grid
    nodes, weights = np.polynomial.legendre.leggauss(points)

    def used(now, month, x):  # E min(D_month, LEVEL) given x = ln D_now
        [(_, a, b, sd)] = demand.law(now, month)
        mean, d = a + b * x, (log(LEVEL) - a - b * x) / sd
        return np.exp(mean + sd * sd / 2) * ndtr(d - sd) + LEVEL * ndtr(-d)

    def expected(now, window, split, value, x):  # E of value(ln D_window) above split, given x
        [(_, a, b, sd)] = demand.law(now, window)
        count = int(np.ceil(2 * TAIL / width))
        edges = np.linspace(max(split, a + b * x - TAIL * sd), a + b * x + TAIL * sd, count + 1)
        z = (edges[:-1, None] + edges[1:, None]) / 2 + (edges[1:, None] - edges[:-1, None]) / 2 * nodes
        density = np.exp(-(((z - a - b * x) / sd) ** 2) / 2) / (sd * sqrt(2 * np.pi))
        panel = (edges[1:, None] - edges[:-1, None]) / 2 * weights
        return float((value(z) * density * panel).sum()) if edges[0] < edges[-1] else 0.0

    later = (0.0, lambda z: 0.0 * z)
    for k in range(terms - 1, 0, -1):
        now, fee = 12 * k - notice, LEVEL * FEE * (1 + change) ** k
        year = lambda z, now=now, fee=fee, k=k: sum(used(now, 12 * k + m, z) - fee for m in range(1, 13))
        if k == terms - 1:
            worth = year
        else:
            split, after = later
            worth = lambda z, year=year, split=split, after=after, now=now: year(z) + np.vectorize(
                lambda x: expected(now, now + 12, split, after, x))(z)
        later = (brentq(worth, log(0.2 * LEVEL), log(3 * LEVEL), xtol=1e-13), worth)
    return expected(0, 12 - notice, *later, log(LEVEL))


def refund(demand, term, limit, every, parts, fee_share, grid):
    """A right to cancel units of LEVEL: at the end of month w as many as have `limit` left to pay, in equal
    parts of it; no more than `limit` within twelve months."""
    contract, windows = Contract(term=term, every=every, lag=0), list(range(every, term, every))

    def held(taken):  # taken: (window, parts) of each exercise
        return max(0.0, LEVEL - sum(part * limit / parts / (FEE * (term - window)) for window, part in taken))

    def saving(window, old, new):
        months, fee = range(window + 1, term + 1), fee_share * (old - new) * FEE * (term - window)
        cost = lambda units, x: sum(month_cost(demand, contract, units, x, window, t) for t in months)
        return lambda x: cost(old, x) - cost(new, x) - fee

    def choices(i, taken):
        left = parts - sum(part for window, part in taken if window > windows[i] - 12)
        new = [(*taken, (windows[i], part)) for part in range(1, left + 1)]
        return [(NOTHING, taken, 0.0), *((saving(windows[i], held(taken), held(n)), n, 0.0) for n in new)]

    solved = Program(windows, demand.law, choices, log(LEVEL), demand.volatility / sqrt(12), grid, reach=0.45)
    return float(solved.expected(0, (), log(LEVEL))[0, 0])


def main():
    base, rows = Demand(), {}

    def record(name, compute, parameters):
        """`compute(grid)` gives a number, or numbers by the rest of their ids."""
        coarse, fine = (r if isinstance(r, dict) else {"": r} for r in map(compute, GRIDS))
        for key, value in fine.items():
            accuracy = max(abs(value - coarse[key]), 1e-7 if key in ("units", "static_units") else 1e-9)
            full = f"{name}.{key}".rstrip(".")
            rows[full] = {"id": full, "value": round(float(value), 11), "accuracy": float(f"{accuracy:.1e}"),
                          "parameters": parameters}
            print(f"{full:40} {value:18.10f} {accuracy:.1e}", flush=True)

    def given(demand, contract, **more):
        model = {k: v for k, v in asdict(demand).items() if demand.jumps_per_year or "jump" not in k}
        terms = {k: v for k, v in asdict(contract).items() if k != "parts" or v > 1}
        return {"level": LEVEL, "fee": FEE, "on_demand": 1.0, **model, **terms, **more}

    cases = [("T12.monthly", base, {"every": 1}), ("T36.carry_over", base, {"term": 36, "carry_over": True}),
             *((f"T12.{curve}", base, {"curve": curve}) for curve in ("LC3", "LC168")),
             *((f"T12.volatility{sd:.2f}", Demand(volatility=sd), {}) for sd in (0.25, 0.45)),
             *((f"T12.growth{growth:.2f}", Demand(growth=growth), {}) for growth in (0.0, 0.40)),
             ("T12.jumps", Demand(jumps_per_year=0.5), {})]
    for term in (12, 36):
        varied = {"A": {}, "original": {"of_original": True}, **{f"lag{n}": {"lag": n} for n in (0, 2, 3)},
                  **{f"max{n}": {"per_year": n} for n in (1, 3, 4)}}
        cases += [(f"T{term}.{name}", base, {"term": term, **terms}) for name, terms in varied.items()]
        cases += [(f"T{term}.learned{sd:.2f}", Demand(growth_sd=sd), {"term": term}) for sd in (0.1, 0.3)]
    for name, demand, terms in cases:
        record(name, lambda grid: optimized(demand, Contract(**terms), grid), given(demand, Contract(**terms)))
    for parts in (2, 5):
        contract = Contract(parts=parts)
        record(f"T12.parts{parts}.V100", lambda grid: saving(base, contract, grid), given(base, contract))
    for term in (12, 36):
        contract = Contract(term=term)
        record(f"T{term}", lambda grid: course(base, contract, grid), given(base, contract))
        record(f"T{term}.subsets", lambda grid: subsets(base, contract, grid),
               given(base, contract) | {k: "see id" for k in ("flex", "clawback", "terminate")})
        rules = {"linear": (0.9638, -0.00915), "single": (0.8968, 0.0), "below70": (0.70, 0.0),
                 "below85": (0.85, 0.0), "below100": (1.0, 0.0), **best_rules(base, contract)}
        for name, (a, b) in rules.items():
            record(f"T{term}.rule.{name}", lambda grid: saving(base, contract, grid, LINEAR(a, b)),
                   given(base, contract, rule="cut if level < (a + b * (term - window)) * units", a=a, b=b))
        record(f"T{term}.rule.myopic", lambda grid: saving(base, contract, grid, MYOPIC),
               given(base, contract, rule="cut if this cut's expected saving up to the end is above 0"))
    for rho in (-0.5, 0.0, 0.5):
        price = {"price_drift": -0.10, "price_volatility": 0.25, "correlation": rho}
        record(f"T12.price.rho{rho:g}", lambda grid: two_factors(rho, grid), given(base, Contract(), **price))
    for term, limit, every, parts, fee_share in REFUNDS:
        terms = {"term": term, "limit": limit, "every": every, "parts": parts, "fee_share": fee_share}
        record(f"refund.{term}.every{every}.parts{parts}.fee{fee_share:g}",
               lambda grid: refund(base, **terms, grid=grid), {"level": LEVEL, "fee": FEE, **terms})
    for terms in (2, 3):
        for notice, change in ((1, 0.0), (3, 0.10)):
            record(f"renewal.terms{terms}.notice{notice}.change{change:.2f}",
                   lambda grid: renewal(base, terms, notice, change, grid),
                   {"level": LEVEL, "fee": FEE, "terms": terms, "notice": notice, "price_change": change})
    for rights in (1, 2, 3):
        record(f"swing.rights{rights}", lambda grid: swing(rights, grid),
               {"start": 1.0, "power": 0.1, "sd": 0.5, "strike": 0.0, "last_day": 50, "rights": rights})
    record("bermudan_put", bermudan_put,
           {"start": 36.0, "strike": 40.0, "rate": 0.06, "sd": 0.2, "years": 1.0, "dates": 50})

    for prefix, *rest in map(str.split, PUBLISHED.strip().splitlines()):
        for name, text in zip((prefix + key for key in rest[::2]), rest[1::2], strict=True):
            assert abs(rows[name]["value"] - float(text)) <= 10.0 ** -len(text.split(".")[1]), (rows[name], text)
    OUTPUT.write_text("[\n" + ",\n".join(json.dumps(row) for row in rows.values()) + "\n]\n")


if __name__ == "__main__":
    main()
