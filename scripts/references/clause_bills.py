#!/usr/bin/env python3
"""Expected bills of the worked examples in tests/clauses, from the clauses' documentation alone.

Writes tests/clauses/<example>.csv with one row per month: units reserved, committed fee, spend
beyond it (on demand and by the hour, net of rebates), credit (what grants pay among them), shortfall
where there is one, total. The arithmetic is that of the comments in
the study beside it; nothing here comes from the engine.
"""

from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "tests" / "clauses"


def months(*stretches):
    """`(6, x), (6, y)`: x in six months, then y in six."""
    return [value for count, value in stretches for _ in range(count)]


def write(name, units, fee, overflow, credit=0.0, shortfall=None, termination=0.0, prepaid=0.0,
          rejected=0.0):
    """Each argument is a number for all months or a list; the fee is per month, not per unit.

    Termination fees, fees paid ahead and what rejected load costs have no column: they are in the
    total.
    """
    missed = shortfall is not None
    unlisted = (termination, prepaid, rejected)
    given = (units, fee, overflow, credit, *([shortfall] if missed else []), *unlisted)
    count = next(len(x) for x in given if isinstance(x, list))
    columns = [x if isinstance(x, list) else [x] * count for x in given]
    lines = [f"month,units,fee,overflow,credit{',shortfall' if missed else ''},total"]
    for month, row in enumerate(zip(*columns, strict=True), 1):
        lines.append(",".join(f"{x:.12g}" for x in (month, *row[:-3], sum(row[1:]))))
    (FOLDER / f"{name}.csv").write_text("\n".join(lines) + "\n")


def years(price):
    """A year of each price."""
    return months(*((12, p) for p in price))


def scaled(factor, values):
    return [factor * v for v in values]


# Ramps.
write("ramp", months((6, 5000), (6, 10000)), months((6, 5000 * 1.20), (6, 10000 * 1.20)),
      months((6, (6000 - 5000) * 2.00), (6, 0.0)))
write("ramp_minimum_and_step", months((3, 100), (3, 150), (6, 200)),
      months((3, 600), (3, 900), (6, 1200)), months((3, (130 - 100) * 10), (9, 0)))
write("ramp_never_above_the_units", months((12, 100)), 600, 20 * 10)
write("ramp_in_steps_of_the_offer", months((6, 10), (6, 15)), months((6, 2210), (6, 3315)), 0)

# Caps: prices of the three years.
write("escalation_cap", 100,
      years([min(100000 * 1.09**y, 100000 * 1.05**y) / 12 for y in range(3)]), 20 * 10)
write("escalation_cap_on_demand", 50, years([50 * 6 * 1.09**y for y in range(3)]),
      years([30 * min(10 * 1.09**y, 10 * 1.05**y) for y in range(3)]))
write("escalation_cap_both", 50, years([50 * 6 * 1.05**y for y in range(3)]),
      years([30 * 10 * 1.05**y for y in range(3)]))
write("escalation_cap_level", 50, 300,
      scaled(30, months((1, 10), (11, 5), (12, min(6, 10.50)), (12, min(7.20, 11.025)))))
write("escalation_cap_catch_up", 50, 300,
      scaled(30, months((1, 10), (11, 5), (12, min(6, 5 * 1.05)), (12, min(7.20, 5.25 * 1.05)))))
write("escalation_cap_ratchet", 50, 300, scaled(30, years([10, 10 * 1.03, 10 * 1.03**2])))
write("escalation_cap_first_year", 50, 300,
      scaled(30, months((1, 10), (11, 10 * 1.05), (12, 10 * 1.05**2), (12, 10 * 1.05**3))))
write("escalation_cap_until_a_month", 50, 300, scaled(30, years([10, 10, 10 * 1.09**2])))
write("collar", 50, 300, scaled(30, years([10, 10.90, min(11.881, 11)])))
write("collar_of_renewals", 50, years([300, 50 * 5.40, 50 * 5.40]), scaled(30, years([10, 12, 14.40])))
write("collar_until_a_month", 50, years([300, 50 * 5.40, 50 * 6 * 0.85**2]),
      scaled(30, years([10, 9, 6.40])))

# Discounts.
write("flat_discount", 50, months((12, 270)), 300)
write("flat_discount_on_demand", 50, months((12, 300)), 270)
write("flat_discount_stacked", 50, months((12, 300 * 0.90 * 0.98 * 0.95 * 0.95)),
      300 * 0.90 * 0.98 * 0.95 * 0.95)
write("flat_discount_added", 50, months((12, 300 * (1 - 0.22))), 300)
write("flat_discount_for_some_months", 100, months((6, 300), (18, 600)), 0)
write("flat_discount_from_a_later_start", months((2, 0), (6, 50)),
      months((2, 0), (2, 240), (4, 300)), months((2, 800), (6, 300)))

# Credits.
write("clawback", 100, 600, 0, months((4, 0), (7, -60), (1, -120)))
write("clawback_final_lost", 100, 600, 0, months((4, 0), (8, -60)))
write("clawback_at_the_threshold", 100, 600, 0, months((12, 0)))
write("clawback_of_deployed_units", 100, 600, 0, [0, -60, 0])

# Rights.
write("flex_down", months((4, 10000), (3, 8500), (5, 7225)),
      months((4, 12000), (3, 10200), (5, 8670)), months((4, 0), (3, 1500 * 2), (5, 2775 * 2)))
write("flex_down_of_original", months((4, 10000), (3, 8500), (5, 7000)),
      months((4, 12000), (3, 10200), (5, 8400)), months((4, 0), (3, 1500 * 2), (5, 3000 * 2)))
write("flex_down_below_a_threshold", months((4, 100), (3, 85), (5, 72.25)),
      months((4, 600), (3, 510), (5, 433.50)), 0)
write("flex_down_in_parts", months((3, 100), (9, 90)), months((3, 600), (9, 540)), 0)
write("flex_down_in_parts_of_original", months((3, 100), (9, 80)), months((3, 600), (9, 480)), 0)
write("flex_down_minimum_and_step", months((3, 200), (3, 150), (6, 100)),
      months((3, 1200), (3, 900), (6, 600)), 0)
write("flex_down_carry_over", months((15, 100), (3, 80), (6, 64)),
      months((15, 600), (3, 480), (6, 384)), 0)
write("flex_down_once_a_year", months((3, 100), (12, 80), (9, 64)),
      months((3, 600), (12, 480), (9, 384)), months((15, 0), (9, 10)))
write("with_flex_down_and_clawback", months((4, 100), (3, 85), (5, 72.25)),
      months((4, 600), (3, 510), (5, 433.50)), 0,
      months((1, 0), (4, -60), (3, -51), (4, 0)))
write("with_ramp_and_flex_down", months((3, 50), (3, 42.5), (6, 85)),
      months((3, 300), (3, 255), (6, 510)), 0)
write("with_ramp_and_flex_down_by_threshold", months((6, 50), (3, 100), (3, 85)),
      months((6, 300), (3, 600), (3, 510)), 0)
write("with_ramp_and_flex_down_over_months", months((6, 50), (1, 100), (5, 85)),
      months((6, 300), (1, 600), (5, 510)), 0)
write("with_flex_down_under_notice_and_terminate", months((6, 100), (6, 80)),
      months((6, 600), (6, 480)), 0)
write("with_terminate_and_expansion_at_list", months((13, 100), (2, 150), (3, 0)),
      months((13, 600), (2, 600 + 50 * 6 * 1.2), (3, 0)),
      months((12, 500), (1, 600), (2, 0), (3, 150 * 12)),
      termination=months((15, 0), (1, 0.5 * 9 * (600 + 50 * 6 * 1.2)), (2, 0)))
write("with_flex_down_and_renewal", months((9, 100), (6, 80), (9, 64)),
      months((9, 600), (3, 480), (3, 528), (9, 422.40)), 0)
write("with_flex_down_and_hourly_units", months((9, 100), (3, 80), (2, 0)),
      months((9, 600), (3, 480), (2, 0)),
      months((12, 0), (2, 80 * 9)))
write("early_downgrade", months((6, 10000), (6, 8500)), months((6, 12000), (6, 10200)), 0)
write("early_downgrade_once", months((3, 100), (9, 90)), months((3, 600), (9, 540)), 0)
write("with_early_downgrade_and_flex_down", months((3, 100), (3, 90), (6, 72)),
      months((3, 600), (3, 540), (6, 432)), 0)
write("terminate", months((7, 100), (5, 0)), months((7, 600), (5, 0)), months((7, 0), (5, 500)),
      termination=months((7, 0), (1, 2 * 600 + 500), (4, 0)))
write("terminate_at_quarters", months((7, 100), (5, 0)), months((7, 600), (5, 0)), months((7, 0), (5, 500)),
      termination=months((7, 0), (1, 2 * 600 + 500), (4, 0)))
write("terminate_for_a_share_of_what_is_left", months((4, 100), (8, 0)), months((4, 600), (8, 0)),
      months((4, 0), (8, 500)), termination=months((4, 0), (1, 0.5 * 8 * 600), (7, 0)))
write("with_terminate_and_renewal", months((12, 100), (6, 0)), months((12, 600), (6, 0)),
      months((12, 0), (6, 500)))
write("with_terminate_and_clawback", months((3, 100), (3, 0)), months((3, 600), (3, 0)),
      months((3, 0), (3, 500)), [0, -60, -60, -60, 0, 0])
write("with_terminate_and_clawback_lost", months((3, 100), (3, 0)), months((3, 600), (3, 0)),
      months((3, 0), (3, 500)), [0, -60, -60, 0, 0, 0])
write("with_terminate_and_discount", months((3, 50), (3, 0)), months((3, 270), (3, 0)),
      months((3, 270), (3, 800)), termination=[0, 0, 0, 270, 0, 0])
write("with_terminate_and_spend_commitment", months((3, 50), (3, 0)), months((3, 300), (3, 0)),
      months((3, 300), (3, 800)), 0, [0, 0, 0, 9600 * 3 / 12 - 3 * 600, 0, 0])
write("with_terminate_and_grant", months((3, 50), (2, 0)), months((3, 300), (2, 0)),
      months((3, 300 - 0.1 * 200), (2, 800)), months((3, -580), (2, 0)))
write("with_flex_down_and_terminate", months((3, 100), (3, 80), (6, 0)),
      months((3, 600), (3, 480), (6, 0)), months((6, 0), (6, 500)),
      termination=months((6, 0), (1, 0.25 * 6 * 480), (5, 0)))
write("with_terminate_and_hourly_units", months((2, 100), (4, 0)), months((2, 600), (4, 0)),
      months((2, 0), (4, 500)))
write("expansion", months((4, 100), (3, 125), (5, 156.25)), months((4, 600), (3, 750), (5, 937.50)),
      months((4, 500), (3, 250), (5, 0)))
write("expansion_of_original", months((3, 100), (3, 125), (6, 150)),
      months((3, 600), (3, 750), (6, 900)), months((3, 500), (3, 250), (6, 0)))
write("expansion_in_parts", months((3, 100), (9, 110)), months((3, 600), (9, 660)),
      months((3, 50), (9, 0)))
write("expansion_in_steps", months((3, 100), (3, 140)), months((3, 600), (3, 840)),
      months((3, 500), (3, 100)))
write("with_expansion_and_cap", months((12, 100), (12, 150)), months((12, 600), (12, 945)),
      months((12, 500), (12, 0)))

# Conversions, and units at the price of the day.
write("conversion", months((4, 0), (8, 100)), months((4, 0), (8, 600)), months((4, 800), (8, 0)))
write("conversion_with_true_up", months((3, 0), (9, 100)), months((3, 0), (9, 600)),
      months((3, 900), (9, 0)), months((3, 0), (1, -(3 * 900 - 3 * 600)), (8, 0)))
write("conversion_of_a_part", months((2, 40), (10, 100)), months((2, 240), (10, 600)),
      months((2, 800), (10, 200)), months((2, 0), (1, -2 * 60 * (10 - 6)), (9, 0)))
write("conversion_at_list", months((13, 0), (11, 50)), months((13, 0), (11, 50 * 7.20)),
      months((12, 500), (1, 600), (11, 0)))
write("conversion_of_a_part_at_list", months((13, 50), (11, 100)), months((13, 300), (11, 660)),
      months((12, 1000), (1, 1200), (11, 600)), months((13, 0), (1, -(600 - 360)), (10, 0)))
write("expansion_at_list", months((13, 100), (11, 150)), months((13, 600), (11, 600 + 50 * 7.20)),
      months((12, 500), (1, 600), (11, 0)))
write("with_expansion_at_list_and_discount_and_renewal", months((13, 100), (13, 150)),
      months((13, 540), (11, 540 + 50 * 5.40 * 1.2), (2, 150 * 5.40)),
      months((12, 500), (1, 600), (13, 0)))
write("with_conversion_and_ramp_and_clawback", months((2, 0), (4, 50), (2, 100)),
      months((2, 0), (4, 300), (2, 600)), months((2, 400), (6, 0)), months((7, 0), (1, -120)))
write("with_conversion_and_upfront", months((2, 0), (4, 50)), months((2, 0), (4, 270)),
      months((2, 500), (4, 0)))
write("with_conversion_only_on_demand_before", months((2, 0), (4, 50)), months((2, 0), (4, 300)),
      months((2, 720), (4, 240)))
write("terminate_after_a_price_rise", months((14, 100), (10, 0)), months((14, 600), (10, 0)),
      months((14, 0), (10, 600)))

# Fees paid ahead.
write("upfront", 50, 276, 300, prepaid=months((1, 11 * 276), (11, -276)))
write("upfront_of_a_share", 50, 285, 300, prepaid=months((1, 11 * 135), (11, -135)))
write("with_upfront_and_flex_down", months((3, 100), (3, 80)), months((3, 540), (3, 432)), 0,
      prepaid=months((1, 5 * 540), (2, -540), (3, -(432 + 0.5 * 108))))
write("with_upfront_and_expansion", months((3, 100), (3, 125)), months((3, 540), (3, 675)), 0,
      prepaid=months((1, 5 * 540), (5, -540)))
write("with_upfront_and_terminate", months((3, 100), (3, 0)), months((3, 540), (3, 0)),
      months((3, 0), (3, 500)), prepaid=months((1, 5 * 540), (2, -540), (3, 0)))
write("with_upfront_and_clawback", 100, 540, 0, months((1, 0), (4, -54), (1, -108)),
      prepaid=months((1, 5 * 540), (5, -540)))
write("with_upfront_and_ramp_and_renewal", months((3, 50), (9, 100)),
      months((3, 270), (3, 540), (6, 594)), 0,
      prepaid=months((1, 2 * 270 + 3 * 540), (2, -270), (3, -540), (1, 5 * 594), (5, -594)))
write("with_upfront_and_credit_grant", 50, 270, 0, months((1, -1000), (5, 0)),
      prepaid=months((1, 5 * 270), (5, -270)))
write("with_upfront_and_take_or_pay", 50, 270, 0, 0, months((1, 0), (5, 200)),
      prepaid=months((1, 5 * 270), (5, -270)))

# Ladders.
write("tranches", months((6, 100), (6, 110)), months((6, 640), (6, 660)), months((6, 200), (6, 100)))
write("tranches_with_a_gap", months((3, 50), (3, 0), (6, 50)), months((3, 300), (3, 0), (6, 300)),
      months((3, 300), (3, 800), (6, 300)))
write("with_tranches_and_renewal", months((3, 100), (3, 50), (3, 100), (3, 50)),
      months((3, 600), (3, 250), (3, 660), (3, 250)), 0)
write("with_tranches_and_discount_and_clawback", months((6, 100), (6, 60)),
      months((6, 576), (6, 324)), 0, months((1, 0), (6, -57.6), (5, 0)))
write("with_tranches_and_upfront", months((3, 100), (3, 60)), months((3, 576), (3, 324)), 0,
      prepaid=months((1, 2 * 576 + 3 * 324), (2, -576), (3, -324)))

# Shares of the wallet.
write("share_of_wallet", 50, 270, 270, 0, months((11, 0), (1, 6480 * 0.1 / 0.9)))
write("share_of_wallet_kept", 50, 270, months((12, 270)))
write("share_of_wallet_for_fees", 50, 270, 300, 0, months((6, 30)))
write("share_of_wallet_for_tokens", 50, 300, 270, 0, months((5, 0), (1, 180)))
write("with_share_of_wallet_and_terminate", months((3, 50), (3, 0)), months((3, 270), (3, 0)),
      months((3, 270), (3, 800)), 0, months((3, 0), (1, 180), (2, 0)))
write("with_share_of_wallet_and_credit_grant", 50, 270, 270, months((1, -540), (1, -460), (10, 0)),
      months((11, 0), (1, 720)))

# Switches.
write("switching", months((4, 100), (8, 0)), months((4, 600), (8, 0)), months((4, 0), (8, 400)),
      termination=months((4, 0), (1, 1000 + 2 * 800 + 8 * 600), (7, 0)))
write("switching_when_the_price_rises", months((16, 100), (8, 0)), months((16, 600), (8, 0)),
      months((16, 0), (8, 768)), termination=months((16, 0), (1, 500 + 0.25 * 8 * 600), (7, 0)))
write("with_switching_and_lapse", months((4, 100), (4, 0)), months((4, 600), (4, 0)),
      months((4, 0), (4, 400)), termination=months((4, 0), (1, 1200), (3, 0)))
write("with_switching_and_renewal", months((6, 100), (6, 0)), months((6, 600), (6, 0)),
      months((6, 0), (6, 400)), termination=months((6, 0), (1, 1000), (5, 0)))
write("with_terminate_then_switching", months((3, 100), (3, 0)), months((3, 600), (3, 0)),
      months((3, 0), (3, 800)))

# Forms that other clauses express.
write("escalation_cap_renewal_hold", 50, months((36, 300)), 0)
write("collar_of_a_new_model", 50, 300, months((12, 300), (12, 360)))

# Volume tiers.
write("volume_tiers", 50, 300, months((1, 700 - 0.10 * 200), (5, 1000 - 0.10 * 300 - 0.20 * 200)))
write("volume_tiers_all_units", 50, 300, months((1, 700 * 0.90), (5, 1000 * 0.80)))
write("volume_tiers_by_units", 50, 300, years([70 * 10 - 10 * 0.25 * 30, 70 * 12 - 12 * 0.25 * 30]))

# Credit grants.
write("credit_grant", 50, 300, 300, months((2, -600), (1, -300), (3, 0)))
write("credit_grant_expires", 50, 300, 300, months((2, -300), (4, 0)))
write("credit_grant_for_fees", 50, 300, 300, months((1, -300), (1, -100), (4, 0)))

# Spend commitments.
write("spend_commitment", 50, 300, years([300, 360]), 0,
      months((11, 0), (1, 8000 - 7200), (11, 0), (1, 8000 - 7920)))
write("spend_commitment_take_or_pay", 50, 300, [100, 220, 364], 0, [200, 80, 0])
write("spend_commitment_tiers", 50, 300 * 0.92, 300, 0,
      months((11, 0), (1, 0.5 * (10000 - 12 * 276))))
write("spend_commitment_of_a_short_year", 50, 300, 300, 0,
      months((11, 0), (1, 800), (5, 0), (1, 400)))

# Two clauses, and clauses with terms of the contract.
write("with_cap_then_discount", 50, 300,
      scaled(30 * 0.90, years([10, 10 * 1.05, 10 * 1.05**2])))
write("with_collar_then_discount", 50, 300, scaled(30 * 0.90, years([10, 9, 9])))
write("with_cap_and_ramp", months((6, 50), (30, 100)),
      months((6, 300), (6, 600), (12, 630), (12, 661.50)), months((6, 300), (30, 0)))
write("with_ramp_and_clawback", months((6, 50), (6, 100)), months((6, 300), (6, 600)), 0,
      months((1, 0), (6, -30), (4, -60), (1, -120)))
write("with_ramp_lifting_utilization", months((6, 50), (6, 100)), months((6, 300), (6, 600)), 0,
      months((7, 0), (4, -60), (1, -120)))
write("with_discount_and_clawback", 100, 540, 0, months((1, 0), (10, -54), (1, -108)))
write("with_clawback_and_renewal", 100, months((12, 600), (12, 660)), 0,
      months((1, 0), (12, -60), (10, -66), (1, -132)))
write("with_clawback_and_lapse", months((12, 100), (2, 0)), months((12, 600), (2, 0)),
      months((12, 0), (2, 500)), months((1, 0), (10, -60), (1, -120), (2, 0)))
write("with_clawback_and_hourly_units", months((12, 100), (2, 0)), months((12, 600), (2, 0)),
      months((12, 0), (2, 80 * 9)), months((1, 0), (11, -60), (2, 0)))
write("with_discount_and_hourly_units", 50, months((12, 270)), 30 * 1.1 * 9)
write("with_ramp_and_hourly_units", months((6, 50), (6, 100), (2, 0)),
      months((6, 300), (6, 600), (2, 0)), months((12, 0), (2, 900)))
write("with_ramp_only_while_in_force", [0, 80, 100, 0], [0, 480, 600, 0],
      [1200, 40 * 1.25 * 9, 20 * 1.25 * 9, 1200])
write("with_discount_then_volume_tiers", 50, 300, months((6, 630 - 0.20 * 230 - 0.10 * 84)))
write("with_clawback_and_credit_grant", 100, 600, 0, [-600, -60 - 400, -60, -60, -60, -120])
write("with_discount_and_spend_commitment", 50, 300 * 0.855, 300 * 0.855, 0,
      months((11, 0), (1, 7000 - 12 * 513)))
write("with_credit_grant_and_spend_commitment", 50, 300, 300, [-600, -400, 0, 0, 0, 0],
      months((5, 0), (1, 3000 - (6 * 600 - 1000))))
write("with_credits_of_what_does_not_count", 50, 300, 300, [-400, 0], [250 - 200, 0])
write("with_volume_tiers_and_spend_commitment", 50, 300, 680, 0, months((3, 1000 - 980)))

# What one clause leaves alone that another changes.
write("clawback_of_a_load_with_peaks", 100, 600, 140, [0, -60, -120])
write("with_spend_commitment_and_hourly_units", 50, 300, 270, 0, [600 - 570] * 3)
write("with_true_up_and_spend_commitment", months((3, 0), (2, 100)), months((3, 0), (2, 600)),
      months((3, 900), (2, 0)), [0, 0, 0, -900, 0], [0, 0, 0, 500, 0])
write("with_cap_of_renewals_and_collar_of_tokens", 50, years([300, 50 * 6 * 1.05]),
      years([30 * 10 * 1.1, 30 * 10 * 1.15]))
write("with_fixed_price_and_cap", 50, 300, months((24, 300)))
write("conversion_of_a_single_unit", [0, 1, 1], [0, 6, 6], [10, 0, 0], [0, -(10 - 6), 0])
write("conversion_in_steps_never_above_the_units", 100, 600, months((6, 20 * 10)))
write("with_conversion_and_volume_tiers", [0, 0, 50, 50], [0, 0, 300, 300],
      scaled(0.9, [800, 800, 300, 300]), [0, 0, -2 * (720 * 50 / 80 - 300), 0])
write("conversion_with_a_true_up_of_too_little_use", [0, 0, 100, 100], [0, 0, 600, 600],
      [300, 300, 0, 0])
write("with_ramp_and_conversion_and_expansion", [30, 60, 60, 100, 100, 120],
      [180, 360, 360, 600, 600, 720], [1100, 800, 800, 400, 400, 200],
      [0, 0, 0, -(800 * 40 / 80 - 40 * 6), 0, 0])
write("flat_discount_added_of_rising_prices", 50, years([300 * 0.78, 360 * 0.78]), 0)
write("terminate_in_a_renewed_term", months((9, 100), (3, 0)), months((6, 600), (3, 720), (3, 0)),
      months((9, 0), (3, 500)), termination=months((9, 0), (1, 0.5 * 3 * 720), (2, 0)))
write("flex_down_in_single_units", months((2, 10), (2, 8)), months((2, 60), (2, 48)), 0)
write("expansion_in_steps_of_the_offer", months((2, 100), (2, 110)), months((2, 600), (2, 660)),
      months((2, 200), (2, 100)))
write("expansion_of_original_in_steps", months((2, 100), (2, 120)), months((2, 600), (2, 720)),
      months((2, 200), (2, 0)))
write("with_reductions_between_minimum_and_units", [110, 110, 60], [660, 660, 360], 0)
write("with_three_promises", 50, 270, 270, 0, [10 + 270 * 0.1 / 0.9 + 60] * 3)
write("share_of_wallet_kept_to_the_dollar", 330e6, 1782e6, 0, 0, [0, 0])
write("share_of_wallet_missed_by_a_dollar", 50, 270, 0, 0, [270 * 0.1 / 0.9] * 2)
write("switching_of_a_growing_load", months((13, 100), (1, 0)), months((13, 600), (1, 0)),
      [(100 * 1.1**m - 100) * 10 for m in range(12)]
      + [(100 * 1.1**12 - 100) * 12, 100 * 1.1**13 * 6],
      termination=months((13, 0), (1, 1000 + 2 * 100 * 1.1**12 * 12)))
write("with_volume_tiers_of_little_load", 50, 300, [0, 0.5 * 10 * 0.81, 1.005 * 10 * 0.81])
write("with_upfront_and_flex_down_and_renewal", months((3, 100), (6, 80), (1, 64)),
      months((3, 540), (6, 432), (1, 345.6)), 0,
      prepaid=[5 * 540, -540, -540, *[-(432 + 0.5 * 108)] * 3, 3 * 432, -432, -432,
               -(345.6 + 0.5 * 86.4)])
write("with_ramp_from_nothing_and_hourly_units", [0, 0, 50, 40, 40, 40],
      [0, 0, 300, 240, 240, 240], [720, 720, 270, 360, 360, 360])
write("flex_down_as_long_as_little_is_used", months((1, 100), (5, 80)), months((1, 600), (5, 480)), 0)
write("with_flex_down_by_threshold_and_hourly_units", months((2, 100), (2, 80), (2, 0)),
      months((2, 600), (2, 480), (2, 0)), months((4, 0), (2, 720)))
write("with_signed_expansion_and_flex_down", months((13, 100), (1, 125), (2, 100)),
      months((13, 600), (1, 750), (2, 600)), months((12, 200), (1, 240), (1, 0), (2, 240)))
write("with_conversion_and_flex_down", months((6, 50), (3, 100), (3, 80)),
      months((6, 300), (3, 600), (3, 480)), 0)
write("with_terminate_under_notice_and_flex_down", months((2, 100), (3, 80), (3, 0)),
      months((2, 600), (3, 480), (3, 0)), months((5, 0), (3, 600)))
write("expansion_by_a_line_in_the_months_left", months((3, 100), (3, 150)),
      months((3, 600), (3, 900)), 0)
write("with_thresholds_at_full_use", 100e6, 600e6, months((3, 277e6 * 10)))
write("with_thresholds_at_full_use_of_another_load", 100e6, 600e6, months((3, 287e6 * 10)))
write("flex_down_just_below_full_use", [100, 99, 99], [600, 594, 594], [0, 5, 5])
write("flex_down_of_a_load_with_peaks", months((2, 100), (2, 80)), months((2, 600), (2, 480)),
      months((2, 140), (2, 240)))
write("with_expansions_by_rejected_load", months((2, 100), (2, 125)), months((2, 600), (2, 750)), 0,
      rejected=months((2, 20 * 25), (2, 0)))
write("flex_down_per_year", months((13, 100), (3, 80)), months((13, 600), (3, 480)), 0)
write("flex_down_per_year_from_the_first_month", months((1, 100), (12, 80), (3, 64)),
      months((1, 600), (12, 480), (3, 384)), 0)
write("flex_down_at_the_turn_of_the_year", months((12, 100), (3, 80), (3, 64)),
      months((12, 600), (3, 480), (3, 384)), 0)
write("early_downgrade_in_the_first_month", months((1, 100), (4, 90)), months((1, 600), (4, 540)), 0)
write("expansion_at_list_under_notice", months((14, 100), (1, 150), (3, 200)),
      months((14, 600), (1, 900), (3, 900 + 50 * 7.20)), months((12, 1000), (2, 1200), (1, 600), (3, 0)))
write("expansion_at_list_from_the_first_month", months((1, 100), (12, 150), (2, 200)),
      months((1, 600), (12, 900), (2, 900 + 50 * 7.20)), months((1, 1000), (11, 500), (1, 600), (2, 0)))
write("with_expansions_at_list", months((13, 100), (1, 150), (2, 225)),
      months((13, 600), (1, 600 + 50 * 7.20), (2, 600 + 125 * 7.20)),
      months((12, 1250), (1, 1500), (1, 900), (2, 0)))
write("conversion_of_a_single_unit_at_list", months((13, 0), (2, 1)), months((13, 0), (2, 7.20)),
      months((12, 10), (1, 12), (2, 0)))
write("with_terminate_and_switching_at_once", months((4, 100), (2, 0)), months((4, 600), (2, 0)),
      months((4, 0), (2, 500)), termination=[0, 0, 0, 0, 700, 0])
write("with_terminate_after_the_term_and_hourly_units", months((4, 100), (4, 0)),
      months((4, 600), (4, 0)), months((4, 0), (2, 900), (2, 500)))
write("with_conversion_of_a_part_and_hourly_units", months((4, 60), (2, 0)),
      months((4, 360), (2, 0)), months((4, 200), (2, 540 + 200)))
write("with_conversion_and_rejected_load", [0, 0, 50, 50], [0, 0, 300, 300], [800, 800, 0, 0],
      [0, 0, -2 * (800 * 50 / 80 - 300), 0], rejected=[0, 0, 30 * 25, 30 * 25])
write("with_tranches_and_flex_down_in_a_gap", [100, 100, 0, 0, 100, 80],
      [600, 600, 0, 0, 600, 480], [0, 0, 400, 400, 0, 0])
write("with_switching_after_the_end", months((6, 100), (3, 0)), months((6, 600), (3, 0)),
      months((6, 0), (3, 800)))
write("with_discount_and_deployed_units", 100, 540, [20 * 10] * 3)
write("with_terminate_and_a_late_flex_down", months((3, 100), (2, 0)), months((3, 600), (2, 0)),
      months((3, 0), (2, 500)), termination=[0, 0, 0, 600, 0])
write("collar_from_a_later_start", months((24, 0), (2, 50)), months((24, 0), (2, 300)),
      [*years([800, 960]), 30 * 13.20, 30 * 13.20])

# A right to renew.
write("renewal_option", months((24, 100), (6, 0)), months((12, 600), (12, 630), (6, 0)),
      months((24, 200), (6, 1200)))
write("renewal_option_that_lapses", months((6, 100), (3, 0)), months((6, 600), (3, 0)),
      months((6, 200), (3, 1200)))
write("renewal_option_above_a_threshold", months((15, 100)), months((6, 600), (6, 660), (3, 726)), 0)
write("with_renewal_option_and_flex_down", months((3, 100), (6, 80), (3, 64), (3, 0)),
      months((3, 600), (6, 480), (3, 384), (3, 0)), months((12, 0), (3, 500)))
write("with_renewal_option_and_terminate", months((8, 100), (7, 0)), months((8, 600), (7, 0)),
      months((8, 0), (7, 500)), termination=months((8, 0), (1, 600), (6, 0)))
write("with_renewal_option_and_upfront", months((8, 100), (2, 0)), months((8, 540), (2, 0)),
      months((8, 0), (2, 500)),
      prepaid=months((1, 3 * 540), (3, -540), (1, 3 * 540), (3, -540), (2, 0)))
write("with_renewal_option_and_discount", months((4, 100), (2, 0)), months((4, 600), (2, 0)),
      months((4, 180), (2, 1200)))
write("with_renewal_option_and_clawback", months((4, 100), (2, 0)), months((4, 600), (2, 0)),
      months((4, 0), (2, 500)), months((1, 0), (4, -60), (1, 0)))
write("with_renewal_option_and_spend_commitment", months((4, 100), (2, 0)),
      months((4, 600), (2, 0)), months((4, 200), (2, 1200)), 0, shortfall=months((4, 0), (1, 400), (1, 0)))
write("with_renewal_option_and_terminate_at_the_turn", months((6, 100), (6, 0)),
      months((6, 600), (6, 0)), months((6, 0), (6, 500)),
      termination=months((6, 0), (1, 0.5 * 6 * 600), (5, 0)))
write("with_renewal_option_and_switching_at_the_turn", months((6, 100), (6, 0)),
      months((6, 600), (6, 0)), months((6, 0), (6, 400)),
      termination=months((6, 0), (1, 100 + 6 * 600), (5, 0)))

# A right to hand units back: 6 for each month that is left.
write("refund", months((3, 100), (9, 100 - 1080 / 54)), months((3, 600), (9, 480)), 0)
write("refund_again_after_a_year", months((3, 100), (12, 91), (9, 70)),
      months((3, 600), (12, 546), (9, 420)), months((15, 0), (9, 210)))
write("refund_in_parts", months((3, 100), (9, 80)), months((3, 600), (9, 480)), 0)
write("refund_until_the_last_part", months((3, 100), (3, 90), (6, 75)),
      months((3, 600), (3, 540), (6, 450)), 0)
write("refund_until_the_limit_is_used", months((3, 100), (12, 60), (9, 60 - 1260 / 54)),
      months((3, 600), (12, 360), (9, 360 - 6 * 1260 / 54)), months((15, 0), (9, 10 * (1260 / 54 - 10))))
write("refund_within_months", months((3, 100), (3, 95), (3, 87.5), (3, 72.5)),
      months((3, 600), (3, 570), (3, 525), (3, 435)), months((9, 0), (3, 75)))
write("refund_for_a_fee", months((3, 100), (9, 80)), months((3, 600), (9, 480)), 0,
      termination=months((3, 0), (1, 0.12 * 1080), (8, 0)))
write("refund_in_whole_steps", months((3, 105), (9, 90)), months((3, 630), (9, 540)), 0)
write("refund_of_all_that_is_left", months((11, 100), (1, 0)), months((11, 600), (1, 0)),
      months((11, 0), (1, 800)))
write("with_refund_and_flex_down", months((3, 100), (3, 80), (6, 65)),
      months((3, 600), (3, 480), (6, 390)), months((6, 0), (6, 150)))
write("with_discount_and_refund", months((3, 100), (9, 80)), months((3, 540), (9, 432)), 0)
write("with_refund_and_terminate", months((6, 100), (6, 0)), months((6, 600), (6, 0)),
      months((6, 0), (6, 800)), termination=months((6, 0), (1, 72 + 960), (5, 0)))
write("with_upfront_and_refund", months((3, 100), (9, 80)), months((3, 540), (9, 432)), 0,
      prepaid=months((1, 11 * 540), (11, -540)))
write("with_refund_and_renewal", months((6, 100), (6, 80)), months((6, 600), (6, 528)), 0)
write("with_refund_before_a_renewal", months((3, 100), (3, 80), (6, 100)),
      months((3, 600), (3, 480), (6, 660)), 0)
write("with_ramp_and_refund", months((3, 20), (3, 0), (6, 80)), months((3, 120), (3, 0), (6, 480)),
      months((3, 600), (3, 800), (6, 0)), termination=months((3, 0), (1, 0.1 * 20 * 54), (8, 0)))
write("with_refund_and_hourly_units", months((3, 100), (3, 80), (2, 0)),
      months((3, 600), (3, 480), (2, 0)), months((6, 0), (2, 720)))
