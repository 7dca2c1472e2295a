"""Recomputes from the traces what make_samples.py and models/workloads/ take from them.

usage: python scripts/trace_statistics.py TRACES [--write models/workloads]      (needs numpy)

Compares every trace constant of make_samples.py, prints the shapes, and with --write rewrites
the workload files. Exits with 1 if a constant does not agree to its last digit. TRACES holds

    burstgpt/hourly.csv           timestamp, requests_conversation, requests_api, requests
    burstgpt/minute_week1.csv.gz  timestamp, total_tokens; the first 168 hours
    servegen/hourly.csv           timestamp, model, prompt_tokens, completion_tokens
    servegen/ten_minute.csv.gz    the same per 10 minutes

aggregated from

    BurstGPT   Wang et al., "BurstGPT: A Real-World Workload Dataset to Optimize LLM Serving
               Systems", KDD 2025, doi 10.1145/3711896.3737413,
               https://github.com/HPMLL/BurstGPT, CC BY 4.0: data/BurstGPT_1.csv, release v1.1,
               1,429,737 requests, failures included. Second 0 is midnight of Wednesday
               2023-11-01, local time written as UTC; this is a convention that puts the two low
               days of the conversation log on Saturday and Sunday.
    ServeGen   Xiang et al., "ServeGen: Workload Characterization and Generation of Large
               Language Model Serving in Production", arXiv:2505.09999,
               https://github.com/alibaba/ServeGen, Apache-2.0: data/language/m-large and
               m-small at f891d11, clients with length data; tokens are the rate per 10 minutes
               times the mean length of the client's 6-hour window. True dates are unknown.

How burst_cv is estimated
-------------------------
The engine multiplies the level s of an hour by a burst of mean 1 and one coefficient of
variation, burst_cv, the same in all hours. The second moment of the load at the fine grain is
then E[s^2] (1 + burst_cv^2), so the value that reproduces it is

    burst_cv^2 = sum over hours of variance within the hour / sum over hours of mean^2,

with the population variance, because s is the mean of exactly these windows. A trend within the
hour counts as burstiness: the level does not have it. This is used for ServeGen, whose windows
are sums of thousands of requests.

BurstGPT week 1 has 2 requests per minute, and most of its variance is that few independent
requests arrive in a minute. That part is not a property of the load pattern: relative to the mean
it falls as 1/volume, and a tenant who buys provisioned units (15 PTU of gpt-4.1 are 45,000 tokens
per minute, 27 times this one) hardly has it. For independent requests (also for independent
conversations of several requests) the variance is proportional to the mean, and what all users
share is proportional to its square:

    variance_i = burst_cv^2 mean_i^2 + grain mean_i.

Both coefficients come from least squares over the 168 hours with weights 1/mean_i^2 (the
variance of a variance grows at least as the squared mean); burst_cv of `campus_chat` is the
first. Two things bound it: the pooled value above, Poisson part included, and the autocovariance
at one minute, to which single requests contribute nothing.
"""

import argparse
import csv
import gzip
import math
import sys
import textwrap
from datetime import date
from pathlib import Path

import numpy as np

sys.dont_write_bytecode = True  # leave no cache next to the scripts
import make_samples  # noqa: E402

AS_OF = "2026-11-21"
BUCKETS = 200
OUTPUT_WEIGHT = 4
BURSTGPT_DAY_0 = date(2023, 11, 1)
BUSY_REQUESTS = 50  # expected per hour; below it the Poisson part hides the rest

BURSTGPT = (
    'Wang et al., "BurstGPT: A Real-World Workload Dataset to Optimize LLM Serving Systems", '
    "KDD 2025, doi 10.1145/3711896.3737413, https://github.com/HPMLL/BurstGPT, CC BY 4.0 "
    "(https://creativecommons.org/licenses/by/4.0/legalcode)."
)
SERVEGEN = (
    'Xiang et al., "ServeGen: Workload Characterization and Generation of Large Language Model '
    'Serving in Production", arXiv:2505.09999, https://github.com/alibaba/ServeGen, Apache-2.0.'
)


def columns(path):
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {name: [row[name] for row in rows] for name in rows[0]}


def floats(values):
    return np.array(values, dtype=float)


def autocorrelation(x, lag):
    x = x - x.mean()
    return (x[lag:] * x[:-lag]).sum() / (x * x).sum()


# --- estimators --------------------------------------------------------------------------------


def pooled_cv(windows):
    """Of an array hours x windows: the burst_cv that reproduces the second moment."""
    return math.sqrt(windows.var(axis=1).sum() / (windows.mean(axis=1) ** 2).sum())


def mean_variance_fit(windows):
    """(burst_cv, grain) of variance = burst_cv^2 mean^2 + grain mean, weights 1 / mean^2."""
    mean, variance = windows.mean(axis=1), windows.var(axis=1)
    used = mean > 0
    mean, variance = mean[used], variance[used]
    design = np.column_stack([mean, np.ones_like(mean)])
    square, grain = np.linalg.lstsq(design, variance / mean, rcond=None)[0]
    return math.sqrt(max(square, 0.0)), grain


def within_hour_autocovariance(windows, lag):
    d = windows - windows.mean(axis=1, keepdims=True)
    return (d[:, lag:] * d[:, :-lag]).mean(axis=1).sum()


def bootstrap(windows, statistic, draws=2000):
    rng = np.random.default_rng(1)
    n = len(windows)
    values = [statistic(windows[rng.integers(0, n, n)]) for _ in range(draws)]
    return np.percentile(values, [5, 95])


def spill(levels, cap):
    return np.maximum(levels - cap, 0).sum() / levels.sum()


def lognormal_spill(levels, cv, cap):
    """Share above `cap` if every level is multiplied by lognormal bursts (Black 1976)."""
    v = math.sqrt(math.log1p(cv * cv))
    levels = levels[levels > 0]
    d = np.log(levels / cap) / v + v / 2

    def phi(x):
        return np.array([0.5 * math.erfc(-y / math.sqrt(2)) for y in x])

    return (levels * phi(d) - cap * phi(d - v)).sum() / levels.sum()


def buckets(load):
    """Means of 200 equal shares of the sorted hours; an hour across a border is split."""
    x = np.sort(load / load.mean())
    cumulative = np.concatenate([[0.0], np.cumsum(x)])
    borders = np.linspace(0, len(x), BUCKETS + 1)
    return np.diff(np.interp(borders, np.arange(len(x) + 1), cumulative)) * BUCKETS / len(x)


# --- traces ------------------------------------------------------------------------------------


class BurstGpt:
    def __init__(self, folder):
        hourly = columns(folder / "hourly.csv")
        self.conversation = floats(hourly["requests_conversation"])
        self.api = floats(hourly["requests_api"])
        self.requests = floats(hourly["requests"])
        minutes = columns(folder / "minute_week1.csv.gz")
        self.minutes = floats(minutes["total_tokens"]).reshape(168, 60)
        n = len(self.conversation)
        self.hour_of_week = (np.arange(n) + 24 * BURSTGPT_DAY_0.weekday()) % 168
        self.average_week = np.array(
            [self.conversation[self.hour_of_week == k].mean() for k in range(168)]
        )


class ServeGen:
    def __init__(self, folder, model):
        self.hours = self.load(columns(folder / "hourly.csv"), model)
        ten = columns(folder / "ten_minute.csv.gz")
        self.windows = self.load(ten, model).reshape(-1, 6)
        # A window without any token is a collection gap in traffic of this volume.
        self.complete = (self.windows > 0).all(axis=1)

    @staticmethod
    def load(data, model):
        own = [name == model for name in data["model"]]
        prompt = floats(data["prompt_tokens"])[own]
        return prompt + OUTPUT_WEIGHT * floats(data["completion_tokens"])[own]


# --- constants of make_samples.py --------------------------------------------------------------


def recomputed(burst, small):
    days = burst.average_week.reshape(7, 24)
    weekdays = days[:5].mean(axis=0)
    yield "WEEKDAY_HOURS", weekdays / weekdays.mean(), 0.005
    yield "SATURDAY", days[5].mean() / weekdays.mean(), 0.005
    yield "SUNDAY", days[6].mean() / weekdays.mean(), 0.005

    expected = burst.average_week[burst.hour_of_week]
    busy = (expected > BUSY_REQUESTS) & (np.arange(len(expected)) < 7 * 168)
    ratio = burst.conversation / expected
    ratio = ratio / ratio[busy].mean()
    shared = ratio[busy].var() - np.mean(1 / expected[busy])
    yield "CHAT_HOUR_CV", math.sqrt(shared), 0.005
    pairs = busy[:-1] & busy[1:]
    product = ((ratio[:-1] - 1) * (ratio[1:] - 1))[pairs].mean()
    yield "CHAT_HOUR_AUTOCORRELATION", product / ratio[busy].var(), 0.005

    tokens = burst.minutes
    yield "CHAT_TOKENS_PER_MINUTE", tokens.mean(), 0.5
    per_request = tokens.sum() / burst.requests[:168].sum()
    yield "CHAT_TOKENS_PER_REQUEST", per_request, 0.5
    cv, grain = mean_variance_fit(tokens)
    yield "CHAT_BURST_CV", cv, 0.005
    yield "CHAT_GRAIN", grain, 0.5
    one, two = (within_hour_autocovariance(tokens, lag) for lag in (1, 2))
    yield "CHAT_BURST_PERSISTENCE", two / one, 0.005

    week = np.log(small.hours[:168]).reshape(7, 24)
    assert small.complete[:168].all(), "the first week of m-small has no gap"
    residual = (week - week.mean(axis=0)).ravel()
    yield "HOUR_LOG_SD", residual.std(), 0.0005
    yield "HOUR_AUTOCORRELATION", autocorrelation(residual, 1), 0.005


def check_constants(burst, small):
    agree = True
    for name, value, tolerance in recomputed(burst, small):
        constant = getattr(make_samples, name)
        off = np.max(np.abs(np.asarray(constant) - value))
        good = off <= tolerance
        agree &= good
        shown = "24 values" if np.ndim(value) else f"{constant:<8} {value:.4f}"
        print(f"    {name:<28} {shown:<20} {'agrees' if good else f'OFF BY {off:.4f}'}")
    return agree


# --- workloads ---------------------------------------------------------------------------------


def office_week():
    """Weekdays 1, weekends 0.6, and a cosine over the day with its top at 14:00."""
    levels = np.array(
        [
            (1.0 if h // 24 < 5 else 0.6) * (1 + 0.5 * math.cos(2 * math.pi * (h % 24 - 14) / 24))
            for h in range(168)
        ]
    )
    return levels / levels.mean()


def workloads(burst, large, small):
    """(id, title, source, kind, burst_cv, levels) of every file."""
    yield (
        "flat",
        "A constant load: every hour of the month is the same.",
        "Constructed: the reference in which a commitment at the mean spills nothing.",
        "duration",
        0.0,
        [1.0],
    )
    yield (
        "office_week",
        "A textbook office week: busy weekday afternoons, quiet nights, weekends at 60 %.",
        "Constructed: weekdays 1, Saturday and Sunday 0.6, times 1 + 0.5 cos(2 pi (h - 14) / 24) "
        "with h the hour of the day, divided by the mean. Burstiness is not part of the "
        "construction.",
        "week",
        0.0,
        office_week(),
    )
    yield (
        "support_week",
        "A support assistant with users in Europe and the United States, in UTC.",
        "Constructed: the weekly profile of scripts/make_samples.py, the day of the BurstGPT "
        "conversation log (average weekday by hour, Saturday 0.46, Sunday 0.57) placed in three "
        "European (60 %) and four American (40 %) time zones, with 10 % of the load around the "
        "clock. Shares, zones and the constant part are invented. Burstiness within the hour is "
        f"not known. Day profile: {BURSTGPT} Changed: reduced to an average day.",
        "week",
        0.0,
        make_samples.support_week(),
    )
    pooled = pooled_cv(burst.minutes)
    yield (
        "campus_chat",
        "Chat of a university campus: a strong day and week, quiet nights, low volume.",
        f"{BURSTGPT} Changed: levels are the conversation requests per hour averaged by hour of "
        "the week over 61 days, divided by the mean. True dates are not disclosed: the weekday "
        "is a convention (the two low days are Saturday and Sunday) and the hours are campus "
        "local time written as UTC. Averaging removes how single weeks differ: in hours with "
        f"more than {BUSY_REQUESTS} requests the first seven weeks vary around this one with a "
        f"coefficient of variation of {make_samples.CHAT_HOUR_CV}, Poisson part removed. "
        "burst_cv: tokens per minute of week 1 within the hour, Poisson part removed, because "
        "at 2 requests per minute it measures the small tenant and not the pattern; with it the "
        f"value is {pooled:.2f} (estimator in scripts/trace_statistics.py).",
        "week",
        mean_variance_fit(burst.minutes)[0],
        burst.average_week / burst.average_week.mean(),
    )
    yield (
        "campus_api",
        "API scripts of a university campus: idle in almost half of the hours, then huge runs.",
        f"{BURSTGPT} Changed: API requests per hour of the whole trace (1,464 hours) divided by "
        f"their mean, sorted and averaged in {BUCKETS} equal buckets. Week-to-week changes are "
        "therefore part of the shape; the order of the hours is not. The log is nearly empty in "
        "the first week (311 requests of 1,275,518). The highest single hour is "
        f"{burst.api.max() / burst.api.mean():.1f} times the mean. Requests, not tokens: the "
        "trace has no tokens by log. Burstiness within the hour is not known.",
        "duration",
        0.0,
        buckets(burst.api),
    )
    how = (
        f"prompt + {OUTPUT_WEIGHT} x completion tokens per hour (input-equivalent, an output "
        "token weighs four input tokens) of the clients with length data, {hours}, divided by "
        f"their mean, sorted and averaged in {BUCKETS} equal buckets. Week-to-week changes are "
        "therefore part of the shape; the true weekday and hour are unknown. The highest single "
        "hour is {peak:.1f} times the mean. burst_cv: ten-minute windows within the hour, so "
        "bursts shorter than ten minutes are missing"
    )
    yield (
        "cloud_large",
        "A large model sold to many tenants of a public cloud: irregular, changing by the day.",
        f"{SERVEGEN} Changed: m-large, "
        + how.format(hours="all 336 hours", peak=large.hours.max() / large.hours.mean())
        + ".",
        "duration",
        pooled_cv(large.windows),
        buckets(large.hours),
    )
    kept = small.hours[small.complete]
    yield (
        "cloud_small",
        "A small model sold to many tenants of a public cloud: a mild daily pattern, rare jumps.",
        f"{SERVEGEN} Changed: m-small, "
        + how.format(
            hours=f"{len(kept)} of 336 hours (the {len(small.hours) - len(kept)} hours with a "
            "ten-minute window without any token are left out as collection gaps)",
            peak=kept.max() / kept.mean(),
        )
        + "; ten hours with a jump make up half of its square.",
        "duration",
        pooled_cv(small.windows[small.complete]),
        buckets(kept),
    )


def toml(name, title, source, kind, burst_cv, levels):
    assert kind in ("week", "duration") and '"""' not in source and "\\" not in source
    values = [f"{v:.4f}" for v in levels]
    assert abs(np.mean([float(v) for v in values]) - 1) < 5e-5, name
    # break_long_words would cut addresses.
    text = textwrap.wrap(source, 96, break_long_words=False, break_on_hyphens=False)
    width = 12 if kind == "week" else 10
    rows = [", ".join(values[i : i + width]) + "," for i in range(0, len(values), width)]
    lines = [
        f'id = "{name}"',
        f'title = "{title}"',
        'source = """\\',
        *(f"{line} \\" for line in text[:-1]),
        f'{text[-1]}"""',
        f'as_of = "{AS_OF}"',
        f'kind = "{kind}"',
        f"burst_cv = {round(burst_cv, 2)}",
    ]
    if len(values) == 1:
        lines.append(f"levels = [{values[0]}]")
    else:
        lines += ["levels = [", *(f"  {row}" for row in rows), "]"]
    return "\n".join(lines) + "\n"


# --- report ------------------------------------------------------------------------------------


def report_bursts(name, windows, cv):
    """How well one coefficient of variation and lognormal bursts give the measured overflow."""
    hours, fine = windows.mean(axis=1), windows.ravel()
    print(f"    {name}: pooled cv {cv:.3f}; share above a quantile of the hours:")
    for p in (50, 75, 90, 95, 99):
        cap = np.percentile(hours, p)
        print(
            f"      P{p}: per hour {spill(hours, cap):.3f}, at the grain {spill(fine, cap):.3f}, "
            f"hours x lognormal bursts {lognormal_spill(hours, cv, cap):.3f}"
        )


def main():
    parser = argparse.ArgumentParser(description="Recomputes statistics from the traces.")
    parser.add_argument("traces", type=Path, help="folder with burstgpt/ and servegen/")
    parser.add_argument("--write", type=Path, metavar="FOLDER", help="write the workload files")
    args = parser.parse_args()

    burst = BurstGpt(args.traces / "burstgpt")
    large, small = (ServeGen(args.traces / "servegen", m) for m in ("m-large", "m-small"))

    print("constants of make_samples.py: constant, recomputed")
    agree = check_constants(burst, small)

    print("burstiness within the hour")
    cv, grain = mean_variance_fit(burst.minutes)
    low, high = bootstrap(burst.minutes, lambda w: mean_variance_fit(w)[0])
    autocovariance = within_hour_autocovariance(burst.minutes, 1)
    bound = math.sqrt(autocovariance / (burst.minutes.mean(axis=1) ** 2).sum())
    print(
        f"    burstgpt week 1: burst_cv {cv:.3f} (90 % by bootstrap of hours {low:.2f} to "
        f"{high:.2f}), grain {grain:.0f} tokens; from the autocovariance at 1 minute {bound:.2f}"
    )
    report_bursts("burstgpt week 1, minutes", burst.minutes, pooled_cv(burst.minutes))
    for name, trace in (("m-large", large), ("m-small", small)):
        windows = trace.windows[trace.complete]
        single = windows.std(axis=1) / windows.mean(axis=1)
        print(f"    {name}: median cv of an hour {np.median(single):.3f}")
        report_bursts(f"{name}, ten minutes", windows, pooled_cv(windows))

    print("workloads: kind, levels, lowest, highest, cv of the levels, burst_cv")
    for item in workloads(burst, large, small):
        name, _, _, kind, burst_cv, levels = item
        levels = np.asarray(levels)
        print(
            f"    {name:<14} {kind:<9} {len(levels):>4} {levels.min():8.4f} {levels.max():8.4f} "
            f"{levels.std():7.4f} {burst_cv:7.4f}"
        )
        if args.write:
            text = toml(*item)
            (args.write / f"{name}.toml").write_text(text, encoding="utf-8", newline="\n")
    sys.exit(0 if agree else 1)


if __name__ == "__main__":
    main()
