"""Writes the invented usage files of data/ and prints their statistics.

    data/support_assistant_hourly.csv   70 days of hourly tokens of a support assistant
    data/campus_chat_minutes.csv        2 days of tokens per minute of a small bursty tenant

usage: python scripts/make_samples.py      (from the repository root; standard library only)

No row of a real trace is in these files. Their shapes are drawn from a few statistics of two
public traces, which are constants below; scripts/trace_statistics.py recomputes them from the
traces and compares.

    BurstGPT   Wang et al., "BurstGPT: A Real-World Workload Dataset to Optimize LLM Serving
               Systems", KDD 2025, doi 10.1145/3711896.3737413,
               https://github.com/HPMLL/BurstGPT, CC BY 4.0. Changed: reduced to statistics.
    ServeGen   Xiang et al., "ServeGen: Workload Characterization and Generation of Large
               Language Model Serving in Production", arXiv:2505.09999,
               https://github.com/alibaba/ServeGen, Apache-2.0. Changed: reduced to statistics.

Deterministic: every file has its own seed, and only random() and gauss() are drawn.
"""

import csv
import math
import random
from datetime import datetime, timedelta, timezone
from pathlib import Path

# --- statistics of the traces (checked by trace_statistics.py) ---------------------------------

# BurstGPT, conversation requests, 61 days: average by local hour of a weekday, relative to the
# average of the weekdays.
WEEKDAY_HOURS = [
    0.65, 0.40, 0.23, 0.11, 0.08, 0.06, 0.05, 0.05, 0.25, 1.22, 1.94, 1.86,
    0.77, 1.11, 1.80, 2.22, 2.26, 1.69, 1.03, 1.24, 1.38, 1.37, 1.22, 1.00,
]  # fmt: skip
# BurstGPT, conversation: mean load of a Saturday and a Sunday relative to a weekday.
SATURDAY, SUNDAY = 0.46, 0.57
# BurstGPT, conversation, first 7 weeks, hours with more than 50 requests: coefficient of
# variation around the average week, Poisson part removed, and its autocorrelation at 1 hour.
CHAT_HOUR_CV, CHAT_HOUR_AUTOCORRELATION = 0.23, 0.34
# BurstGPT, week 1, minutes: mean tokens per minute and per request.
CHAT_TOKENS_PER_MINUTE = 1682
CHAT_TOKENS_PER_REQUEST = 872
# BurstGPT, week 1: variance of the minutes within an hour = (cv x mean)^2 + grain x mean. The
# first part moves all requests together and is the burstiness that a large tenant would keep;
# the second is the Poisson part, grain = E[size^2] / E[size].
CHAT_BURST_CV, CHAT_GRAIN = 0.44, 1213
# BurstGPT, week 1: ratio of the autocovariances at 2 and at 1 minutes within an hour. The
# Poisson part is in neither, so this is the persistence of the bursts.
CHAT_BURST_PERSISTENCE = 0.75
# ServeGen m-small, first week, prompt + 4 x completion tokens: standard deviation of the
# logarithm around its hour-of-day average, and its autocorrelation at 1 hour.
HOUR_LOG_SD, HOUR_AUTOCORRELATION = 0.125, 0.55

# --- invented ----------------------------------------------------------------------------------

# Share of the traffic, offset from UTC in hours. No daylight saving time, to keep one profile.
EUROPE = [(0.15, 1), (0.30, 2), (0.15, 3)]
AMERICA = [(0.16, -4), (0.12, -5), (0.04, -6), (0.08, -7)]
# Share that does not sleep: automatic replies, users elsewhere.
ALWAYS_ON = 0.10

GROWTH_PER_MONTH = 0.03
MEAN_PTU = 80  # expected mean of the last four weeks
TPM_PER_PTU = 3000  # gpt-4.1, input-equivalent tokens per minute
OUTPUT_WEIGHT = 4  # gpt-4.1, one output token counts as four input tokens
CACHED_SHARE, CACHED_SHARE_SD = 0.35, 0.015  # of all prompt tokens
# Of the uncached prompt tokens. Per prompt token this is 0.10; ServeGen has 0.12 (m-small) and
# 0.17 (m-large), but the prompts of a support assistant carry articles and so are longer.
OUTPUT_RATIO, OUTPUT_RATIO_LOG_SD = 0.15, 0.04  # noise milder than in ServeGen

SUPPORT_START = datetime(2026, 9, 1, tzinfo=timezone.utc)
SUPPORT_DAYS = 70
# The first seed from 1 on that gives a last-four-weeks mean within 1 PTU of 80, 2 to 3.5 % more
# load than in the four weeks before, and a peak/mean of 2.2 to 2.6.
SUPPORT_SEED = 2
LAST_WEEKS_HOURS = 4 * 168

# Blemishes that an importer has to find. The night of 2026-10-25 is the one in which clocks in
# Europe go back: 01:00Z is where an export by local time loses an hour.
MISSING = [
    "2026-09-23T02:00:00Z", "2026-09-23T03:00:00Z", "2026-09-23T04:00:00Z",
    "2026-10-06T17:00:00Z", "2026-10-25T01:00:00Z",
]  # fmt: skip
DUPLICATED = ["2026-09-14T09:00:00Z", "2026-10-19T15:00:00Z"]  # the copy follows its original
LATE = ["2026-09-30T11:00:00Z", "2026-11-03T20:00:00Z"]  # each written after the next 3 rows

CHAT_START = datetime(2026, 11, 3, tzinfo=timezone.utc)
CHAT_DAYS = 2
# The first seed from 1 on that gives 1,650 to 1,750 tokens per minute and, above the hourly P90
# enforced per minute, a share of the tokens within 1 point of the 18.5 % of BurstGPT week 1.
CHAT_SEED = 33


def support_week():
    """168 levels, Monday 00:00 to Sunday 23:00 UTC, with mean 1."""
    days = [1, 1, 1, 1, 1, SATURDAY, SUNDAY]
    local = [day * hour for day in days for hour in WEEKDAY_HOURS]
    mean = sum(local) / 168
    week = []
    for h in range(168):
        people = sum(share * local[(h + offset) % 168] for share, offset in EUROPE + AMERICA)
        week.append(ALWAYS_ON + (1 - ALWAYS_ON) * people / mean)
    return week


def stamp(time):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def log_sd(cv):
    """Standard deviation of the logarithm of a lognormal with this coefficient of variation."""
    return math.sqrt(math.log1p(cv * cv))


def autoregressive(rng, count, sd, persistence):
    """Factors with mean 1 whose logarithms are a stationary AR(1)."""
    x = rng.gauss(0, sd)
    step = sd * math.sqrt(1 - persistence**2)
    factors = []
    for _ in range(count):
        factors.append(math.exp(x - sd * sd / 2))
        x = persistence * x + rng.gauss(0, step)
    return factors


def poisson(rng, mean):
    # Products of uniforms are enough: the means are a few requests per minute.
    limit, count, product = math.exp(-mean), 0, rng.random()
    while product > limit:
        count += 1
        product *= rng.random()
    return count


def support_rows():
    """All hours in order, before the blemishes."""
    rng = random.Random(SUPPORT_SEED)
    hours = SUPPORT_DAYS * 24
    week = support_week()
    noise = autoregressive(rng, hours, HOUR_LOG_SD, HOUR_AUTOCORRELATION)
    rows = []
    for i in range(hours):
        time = SUPPORT_START + timedelta(hours=i)
        # Growth is 1 in the middle of the last four weeks, where the level is set.
        months = (i - (hours - LAST_WEEKS_HOURS / 2)) / (24 * 365.25 / 12)
        ptu = (
            MEAN_PTU
            * week[(time.weekday() * 24 + time.hour) % 168]
            * (1 + GROWTH_PER_MONTH) ** months
            * noise[i]
        )
        ratio = OUTPUT_RATIO * math.exp(rng.gauss(0, OUTPUT_RATIO_LOG_SD))
        cached_share = CACHED_SHARE + rng.gauss(0, CACHED_SHARE_SD)
        uncached = ptu * TPM_PER_PTU * 60 / (1 + OUTPUT_WEIGHT * ratio)
        cached = uncached * cached_share / (1 - cached_share)
        rows.append((stamp(time), round(uncached), round(cached), round(uncached * ratio)))
    return rows


def with_blemishes(rows):
    rows = [row for row in rows if row[0] not in MISSING]
    for time in DUPLICATED:
        i = next(i for i, row in enumerate(rows) if row[0] == time)
        rows.insert(i, rows[i])
    for time in LATE:
        i = next(i for i, row in enumerate(rows) if row[0] == time)
        rows.insert(i + 3, rows.pop(i))
    return rows


def chat_rows():
    """Tokens per minute: hours of a weekday, bursts that all requests share, Poisson requests."""
    rng = random.Random(CHAT_SEED)
    hours = autoregressive(
        rng, CHAT_DAYS * 24, log_sd(CHAT_HOUR_CV), CHAT_HOUR_AUTOCORRELATION
    )
    bursts = autoregressive(
        rng, CHAT_DAYS * 1440, log_sd(CHAT_BURST_CV), CHAT_BURST_PERSISTENCE
    )
    # Lognormal request sizes with E[size^2] / E[size] = grain.
    size_sd = math.sqrt(math.log(CHAT_GRAIN / CHAT_TOKENS_PER_REQUEST))
    size_mu = math.log(CHAT_TOKENS_PER_REQUEST) - size_sd**2 / 2
    mean_hour = sum(WEEKDAY_HOURS) / 24
    rows = []
    for i in range(CHAT_DAYS * 1440):
        level = WEEKDAY_HOURS[i // 60 % 24] / mean_hour * hours[i // 60] * bursts[i]
        requests = poisson(rng, CHAT_TOKENS_PER_MINUTE / CHAT_TOKENS_PER_REQUEST * level)
        tokens = sum(math.exp(rng.gauss(size_mu, size_sd)) for _ in range(requests))
        rows.append((stamp(CHAT_START + timedelta(minutes=i)), round(tokens)))
    return rows


def write(path, header, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    print(f"{path}: {len(rows)} rows, {path.stat().st_size:,} bytes")


# --- statistics --------------------------------------------------------------------------------


def mean(x):
    return sum(x) / len(x)


def cv(x):
    m = mean(x)
    return math.sqrt(mean([(v - m) ** 2 for v in x])) / m


def autocorrelation(x, lag):
    m = mean(x)
    pairs = sum((a - m) * (b - m) for a, b in zip(x, x[lag:]))
    return pairs / sum((v - m) ** 2 for v in x)


def quantile(x, p):
    """Linear interpolation between order statistics."""
    x = sorted(x)
    place = p * (len(x) - 1)
    i = min(int(place), len(x) - 2)
    return x[i] + (place - i) * (x[i + 1] - x[i])


def show(name, value):
    print(f"    {name:<58} {value}")


def describe_support(rows):
    rows = sorted(set(rows))
    load = [u + OUTPUT_WEIGHT * o for _, u, _, o in rows]
    ptu = [v / (60 * TPM_PER_PTU) for v in load]
    first = stamp(SUPPORT_START + timedelta(hours=SUPPORT_DAYS * 24 - LAST_WEEKS_HOURS))
    last_weeks = [p for p, row in zip(ptu, rows) if row[0] >= first]
    uncached, cached, output = (sum(row[k] for row in rows) for k in (1, 2, 3))
    show("distinct hours", f"{len(rows)} of {SUPPORT_DAYS * 24}")
    show("PTU, mean of the file", f"{mean(ptu):.2f}")
    show("PTU, mean of the last four weeks", f"{mean(last_weeks):.2f}")
    show("PTU, median / P90 / P99 / peak", " / ".join(
        f"{v:.1f}" for v in (*(quantile(ptu, p) for p in (0.5, 0.9, 0.99)), max(ptu))))  # fmt: skip
    show("peak / mean", f"{max(ptu) / mean(ptu):.2f}")
    show("coefficient of variation", f"{cv(ptu):.3f}")
    show("cached share of prompt tokens", f"{cached / (cached + uncached):.3f}")
    show("output per uncached prompt token", f"{output / uncached:.3f}")
    # By time, not by row: the missing hours would shift the lags.
    at = dict(zip((row[0] for row in rows), load))
    grid = [stamp(SUPPORT_START + timedelta(hours=i)) for i in range(SUPPORT_DAYS * 24)]
    m = mean(load)
    variance = mean([(v - m) ** 2 for v in load])
    for lag in (1, 24, 168):
        pairs = [(at[a], at[b]) for a, b in zip(grid, grid[lag:]) if a in at and b in at]
        value = mean([(a - m) * (b - m) for a, b in pairs]) / variance
        show(f"autocorrelation, lag {lag} h", f"{value:.2f}")
    eight = [i for i in range(SUPPORT_DAYS * 24 - 8 * 168, SUPPORT_DAYS * 24)]
    halves = [[at[grid[i]] for i in half if grid[i] in at] for half in (eight[:672], eight[672:])]
    show("last four weeks over the four before", f"{mean(halves[1]) / mean(halves[0]):.3f}")


def describe_chat(rows):
    minutes = [tokens for _, tokens in rows]
    hours = [mean(minutes[i : i + 60]) for i in range(0, len(minutes), 60)]
    within = sum(
        mean([(v - m) ** 2 for v in minutes[i * 60 : i * 60 + 60]]) for i, m in enumerate(hours)
    )
    show("tokens per minute, mean / peak", f"{mean(minutes):.0f} / {max(minutes)}")
    show("minutes without tokens", f"{mean([v == 0 for v in minutes]):.3f}")
    show("coefficient of variation, minutes", f"{cv(minutes):.3f}")
    show("coefficient of variation, hours", f"{cv(hours):.3f}")
    show("peak / mean, hours", f"{max(hours) / mean(hours):.2f}")
    show("within an hour, coefficient of variation",
         f"{math.sqrt(within / sum(m * m for m in hours)):.3f}")  # fmt: skip
    show("autocorrelation, lag 1 h", f"{autocorrelation(hours, 1):.2f}")
    for p in (0.5, 0.75, 0.9, 0.95, 0.99):
        cap = quantile(hours, p)
        by_hour = sum(max(v - cap, 0) for v in hours) * 60 / sum(minutes)
        by_minute = sum(max(v - cap, 0) for v in minutes) / sum(minutes)
        show(f"tokens above the hourly P{100 * p:.0f}, enforced per hour / minute",
             f"{by_hour:.3f} / {by_minute:.3f}")  # fmt: skip


def main():
    folder = Path("data")
    folder.mkdir(exist_ok=True)
    support = with_blemishes(support_rows())
    header = ["timestamp", "uncached_input_tokens", "cached_input_tokens", "output_tokens"]
    write(folder / "support_assistant_hourly.csv", header, support)
    describe_support(support)
    chat = chat_rows()
    write(folder / "campus_chat_minutes.csv", ["timestamp", "total_tokens"], chat)
    describe_chat(chat)


if __name__ == "__main__":
    main()
