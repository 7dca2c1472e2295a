"""Statistics of real traces behind the growth profiles, models/workloads/growth_*.toml.

usage: python scripts/growth_profiles.py TRACES      (from the repository root; standard library only)

Prints the statistics and compares them with the profiles; exits with 1 if a profile does not hold
the rounded statistic. TRACES holds

    burstgpt/hourly.csv   timestamp, requests_conversation, requests
    burstgpt/daily.csv    timestamp, total_tokens

aggregated from BurstGPT: Wang et al., "BurstGPT: A Real-World Workload Dataset to Optimize LLM
Serving Systems", KDD 2025, doi 10.1145/3711896.3737413, https://github.com/HPMLL/BurstGPT, CC BY
4.0. Changed: reduced to statistics.

The trace has 61 days: enough for how much usage moves from week to week, not for how fast it grows
in a year. Volatility and the sizes of jumps are measured; expected growth and the frequency of jumps
are assumptions, and the profiles say so.

Volatility of a month is the square root of the mean square of log changes from week to week, times the
square root of the weeks in a month (a random walk), or the log change from the first four weeks to
the next four.
"""

import csv
import math
import statistics
import sys
import tomllib
from pathlib import Path

WEEKS_PER_MONTH = 365.25 / 12 / 7


def column(path, name):
    with open(path, encoding="utf-8", newline="") as file:
        return [float(row[name]) for row in csv.DictReader(file)]


def totals(values, length):
    """Sums of whole stretches of `length`."""
    return [sum(values[i : i + length]) for i in range(0, len(values) - length + 1, length)]


def changes(values):
    return [math.log(b / a) for a, b in zip(values, values[1:])]


def root_mean_square(values):
    return math.sqrt(sum(v * v for v in values) / len(values))


def measured(traces):
    """(profile, field, value, digits) of everything that is measured."""
    hourly, daily = traces / "burstgpt/hourly.csv", traces / "burstgpt/daily.csv"
    chat, requests = (column(hourly, f"requests{part}") for part in ("_conversation", ""))
    # The eighth week is the end of a term: conversation falls by a fifth.
    calm = root_mean_square(changes(totals(chat, 168)[:7])) * math.sqrt(WEEKS_PER_MONTH)
    yield "slow", "volatility_per_month", calm, 2
    yield "typical", "volatility_per_month", abs(changes(totals(chat, 4 * 168))[0]), 2
    whole = abs(changes(totals(requests, 4 * 168))[0])
    yield "startup", "volatility_per_month", whole, 1
    yield "viral", "volatility_per_month", whole, 1
    weeks = changes(totals(column(daily, "total_tokens"), 7))
    up = [c for c in weeks if c > math.log(2)]
    down = [c for c in weeks if c < -math.log(2)]
    for name, moves in (("wave", up), ("fade", down)):
        yield "viral", f"jumps.{name}.log_mean", statistics.mean(moves), 1
        yield "viral", f"jumps.{name}.log_sd", statistics.stdev(moves), 1


def main():
    wrong = 0
    for profile, field, value, digits in measured(Path(sys.argv[1])):
        text = Path(f"models/workloads/growth_{profile}.toml").read_text(encoding="utf-8")
        held = tomllib.loads(text)["growth"]
        for key in field.split("."):
            held = held[key]
        agrees = round(value, digits) == held
        wrong += not agrees
        print(f"{profile:8} {field:22} {value:8.4f}  profile {held}{'' if agrees else '  WRONG'}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
