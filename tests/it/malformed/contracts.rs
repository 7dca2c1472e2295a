//! Contracts, strategies, sizes and objectives that make no sense together.

use super::support::{Case, TOKENS, UNITS, case, hold};

fn with(base: &str, list: &[(&str, &[&str])]) -> Vec<Case> {
    let make = |(name, sets): &(&str, &[&str])| {
        sets.iter().fold(case(name, base), |case, assignment| case.set(assignment))
    };
    list.iter().map(make).collect()
}

/// The cases of the family.
#[expect(clippy::too_many_lines, reason = "a table of cases")]
pub(super) fn of_contracts() -> Vec<Case> {
    let mut cases = with(
        UNITS,
        &[
            ("a horizon beyond the term without renewal", &["horizon_months=24"]),
            (
                "a contract that starts after the horizon",
                &["horizon_months=6", "contract.start_month=7"],
            ),
            ("a contract that starts after the longest horizon", &["contract.start_month=900"]),
            (
                "a start and a term that leave the longest horizon",
                &["contract.start_month=400", "contract.term_months=400"],
            ),
            (
                "hourly renewal without an hourly price",
                &["horizon_months=24", "contract.renewal=\"hourly\""],
            ),
            ("an unknown renewal", &["contract.renewal=\"auto\""]),
            ("a renewal price without renewal", &["contract.renewal_price_change=0.05"]),
            ("deployed units while optimizing", &["contract.deployed_units=5"]),
            (
                "more deployed than reserved without an hourly price",
                &["contract.units=5", "contract.deployed_units=6"],
            ),
            (
                "units below the smallest size",
                &["contract.min_units=10", "contract.step=5", "contract.units=5"],
            ),
            (
                "units between two sizes",
                &["contract.min_units=10", "contract.step=5", "contract.units=12"],
            ),
            (
                "units above the largest size",
                &[
                    "contract.min_units=10",
                    "contract.step=5",
                    "contract.units=50",
                    "sizing.max_units=40",
                ],
            ),
            (
                "units above the largest size without steps",
                &["contract.units=50", "sizing.max_units=40"],
            ),
            ("a largest size below the smallest", &["contract.min_units=10", "sizing.max_units=5"]),
            ("a step that is finer than any number", &["contract.step=1e-200"]),
            ("a step that is far too fine", &["contract.step=1e-13"]),
            ("no sizes", &["sizing.sizes=[]"]),
            ("the same size twice", &["sizing.sizes=[50, 80, 50]"]),
            ("a size of zero", &["sizing.sizes=[0, 80]"]),
            (
                "listed sizes that are not sold",
                &["sizing.sizes=[5, 10, 12]", "contract.min_units=10", "contract.step=5"],
            ),
            ("a negative size", &["sizing.sizes=[-5]"]),
            (
                "a list of sizes and a largest size",
                &["sizing.sizes=[50, 80]", "sizing.max_units=60"],
            ),
            (
                "a share of the budget without a budget",
                &["sizing.minimize=\"chance\"", "sizing.max_over_budget=0.1"],
            ),
            (
                "a chance constraint without its limit",
                &["sizing.minimize=\"chance\"", "finance.budget=1000"],
            ),
            (
                "a chance of zero",
                &["sizing.minimize=\"chance\"", "finance.budget=1000", "sizing.max_over_budget=0"],
            ),
            (
                "a chance of one",
                &["sizing.minimize=\"chance\"", "finance.budget=1000", "sizing.max_over_budget=1"],
            ),
            ("a quantile without its level", &["sizing.minimize=\"quantile\""]),
            ("a quantile of level 0", &["sizing.minimize=\"quantile\"", "sizing.level=0"]),
            ("a quantile of level 1", &["sizing.minimize=\"quantile\"", "sizing.level=1"]),
            ("a quantile of level 90", &["sizing.minimize=\"quantile\"", "sizing.level=90"]),
            ("a CVaR of level 1", &["sizing.minimize=\"cvar\"", "sizing.level=1.0"]),
            (
                "a mean-CVaR without its weight",
                &["sizing.minimize=\"mean_cvar\"", "sizing.level=0.9"],
            ),
            (
                "a weight beyond one",
                &["sizing.minimize=\"mean_cvar\"", "sizing.level=0.9", "sizing.weight=50"],
            ),
            ("a level that nothing uses", &["sizing.level=0.9"]),
            ("nothing to compare", &["strategies.compare=[]"]),
            ("only on-demand to compare", &["strategies.compare=[\"on_demand\"]"]),
            ("the same strategy twice", &["strategies.compare=[\"hybrid\", \"hybrid\"]"]),
            (
                "provisioned without a price for its excess",
                &["strategies.compare=[\"provisioned\"]"],
            ),
            (
                "rejection without its cost",
                &[
                    "strategies.compare=[\"provisioned\"]",
                    "strategies.provisioned.excess=\"reject\"",
                ],
            ),
            (
                "hourly excess without an hourly price",
                &[
                    "strategies.compare=[\"provisioned\"]",
                    "strategies.provisioned.excess=\"hourly\"",
                ],
            ),
            (
                "headroom for rejected demand",
                &[
                    "strategies.compare=[\"provisioned\"]",
                    "strategies.provisioned.excess=\"reject\"",
                    "strategies.provisioned.headroom=0.1",
                    "strategies.provisioned.shortage_per_unit_month=5",
                ],
            ),
            (
                "a setting of a strategy that is not compared",
                &["strategies.provisioned.headroom=0.1"],
            ),
            ("two rates of growth", &["growth.expected_per_month=0.01"]),
            ("two volatilities", &["growth.volatility_per_year=0.1"]),
            ("growth that explodes", &["growth.expected_per_year=1e6", "contract.term_months=600"]),
            ("a volatility that explodes", &["growth.volatility_per_month=50"]),
            ("a price that explodes", &["price.log_drift_per_month=100"]),
            ("jumps that explode", &["growth.jumps.launch={ per_year = 500, log_mean = 50 }"]),
            (
                "more jumps than can be counted",
                &["growth.jumps.launch={ per_year = 1e6, log_mean = 0.0 }"],
            ),
            (
                "a discount rate that explodes",
                &["finance.discount_rate_per_year=-0.999999999999", "contract.term_months=600"],
            ),
            ("a load in units with a model", &["workload.model=\"azure/gpt-5.1\""]),
            ("a load in units with a deployment", &["workload.deployment=\"global\""]),
            (
                "a load stated in two ways",
                &["workload.tokens={ input_per_month = 1, output_per_month = 1 }"],
            ),
            ("an unknown shape", &["workload.shape=\"ofice_week\""]),
            ("a shape without levels", &["workload.shape={ levels = [] }"]),
            ("a shape without load", &["workload.shape={ levels = [0, 0] }"]),
            (
                "a shape with a weight too many",
                &["workload.shape={ levels = [1, 2], weights = [1, 1, 1] }"],
            ),
            ("a shape with a negative level", &["workload.shape={ levels = [1, -2] }"]),
            ("a shape without weight", &["workload.shape={ levels = [1, 2], weights = [0, 0] }"]),
            ("a shape that is a number", &["workload.shape=5"]),
            ("paths that make no whole nets", &["run.paths=3000", "run.sampler=\"sobol\""]),
            ("an unknown sampler", &["run.sampler=\"halton\""]),
        ],
    );
    cases.push(case("a table of the file is replaced by a number", UNITS).set("workload.tokens=5"));
    cases
}

#[test]
fn contracts() {
    hold("contracts", &of_contracts());
}

/// The cases of the family.
pub(super) fn of_clauses() -> Vec<Case> {
    let clause =
        |name: &str, clauses: &str| case(name, UNITS).set(&format!("contract.clauses=[{clauses}]"));
    let cap = "{ kind = \"escalation_cap\", annual = 0.05 }";
    let discount = "{ kind = \"flat_discount\", share = 0.1 }";
    let cases = [
        clause("a ramp without steps", "{ kind = \"ramp\", steps = [] }"),
        clause(
            "a ramp that is one step",
            "{ kind = \"ramp\", steps = { until_month = 3, share = 0.5 } }",
        ),
        clause(
            "a ramp that does not rise in time",
            "{ kind = \"ramp\", steps = [{ until_month = 6, share = 0.5 }, { until_month = 3, share = 0.7 }] }",
        ),
        clause(
            "a ramp with a month twice",
            "{ kind = \"ramp\", steps = [{ until_month = 6, share = 0.5 }, { until_month = 6, share = 0.7 }] }",
        ),
        clause(
            "a ramp beyond the term",
            "{ kind = \"ramp\", steps = [{ until_month = 13, share = 0.5 }] }",
        ),
        clause(
            "a ramp to more than all units",
            "{ kind = \"ramp\", steps = [{ until_month = 6, share = 1.5 }] }",
        ),
        clause(
            "a ramp until month zero",
            "{ kind = \"ramp\", steps = [{ until_month = 0, share = 0.5 }] }",
        ),
        clause(
            "two ramps",
            "{ kind = \"ramp\", steps = [{ until_month = 6, share = 0.5 }] }, { kind = \"ramp\", steps = [{ until_month = 3, share = 0.5 }] }",
        ),
        clause("a percentage before a cap", &format!("{discount}, {cap}")),
        clause("a percentage in percent", "{ kind = \"flat_discount\", share = 10 }"),
        clause(
            "a discount until month zero",
            "{ kind = \"flat_discount\", share = 0.1, until_month = 0 }",
        ),
        clause("a negative cap", "{ kind = \"escalation_cap\", annual = -0.05 }"),
        clause("a cap in percent as text", "{ kind = \"escalation_cap\", annual = \"5%\" }"),
        clause(
            "an unknown reading of a cap",
            "{ kind = \"escalation_cap\", annual = 0.05, reading = \"levle\" }",
        ),
        clause(
            "a clawback threshold beyond one",
            "{ kind = \"clawback\", threshold = 70, share = 0.1 }",
        ),
        clause(
            "a field of another clause",
            "{ kind = \"clawback\", threshold = 0.7, share = 0.1, annual = 0.05 }",
        ),
    ];
    Vec::from(cases)
}

#[test]
fn clauses() {
    hold("clauses", &of_clauses());
}

/// The cases of the family.
#[expect(clippy::too_many_lines, reason = "a table of cases")]
pub(super) fn of_rights() -> Vec<Case> {
    let flex = |name: &str, rest: &str| {
        let clause = format!("{{ kind = \"flex_down\", share = 0.15, {rest} }}");
        case(name, UNITS).set(&format!("contract.clauses=[{clause}]"))
    };
    let with_clause =
        |name: &str, clause: &str| case(name, UNITS).set(&format!("contract.clauses=[{clause}]"));
    let never = "policy = { kind = \"never\" }";
    let rhythm = "windows = { every_months = 3, per_year = 2 }";
    let cases = [
        case("a flex-down of more than all units", UNITS).set(&format!(
            "contract.clauses=[{{ kind = \"flex_down\", share = 15, {rhythm}, {never} }}]"
        )),
        flex("a right without a policy", rhythm),
        flex("a right without windows", &format!("windows = {{ per_year = 2 }}, {never}")),
        flex(
            "everything wrong with windows",
            "windows = { every_months = 3, months = [6, 3, 14], notice_months = 12, carry_over = true }, policy = { kind = \"declared\", months = [4] }",
        ),
        flex("windows every zero months", &format!("windows = {{ every_months = 0 }}, {never}")),
        flex("a window of month zero", &format!("windows = {{ months = [0] }}, {never}")),
        flex(
            "no exercise in a year",
            &format!("windows = {{ every_months = 3, per_year = 0 }}, {never}"),
        ),
        flex("an unknown policy", &format!("{rhythm}, policy = {{ kind = \"greedy\" }}")),
        flex(
            "a field of another policy",
            &format!("{rhythm}, policy = {{ kind = \"never\", months = [3] }}"),
        ),
        flex(
            "an exercise without a window",
            &format!("{rhythm}, policy = {{ kind = \"declared\", months = [4] }}"),
        ),
        flex(
            "an exercise between listed windows",
            "windows = { months = [3, 6] }, policy = { kind = \"declared\", months = [5] }",
        ),
        flex(
            "more exercises than the year has",
            &format!("{rhythm}, policy = {{ kind = \"declared\", months = [3, 6, 9] }}"),
        ),
        flex(
            "exercises that do not rise in time",
            &format!("{rhythm}, policy = {{ kind = \"declared\", months = [6, 3] }}"),
        ),
        flex(
            "a threshold over no months",
            &format!("{rhythm}, policy = {{ kind = \"threshold\", level = 0.8, over_months = 0 }}"),
        ),
        flex("a right with deployed units", &format!("{rhythm}, {never}"))
            .set("contract.units=100")
            .set("contract.deployed_units=80"),
        with_clause(
            "an early downgrade beyond the term",
            "{ kind = \"early_downgrade\", share = 0.1, until_month = 13, policy = { kind = \"never\" } }",
        ),
        with_clause(
            "units handed back again within the year",
            "{ kind = \"refund\", limit_usd = 500, policy = { kind = \"declared\", months = [1] } }, { kind = \"refund\", limit_usd = 500, policy = { kind = \"declared\", months = [1, 12] } }",
        ),
        with_clause(
            "a refund of a negative limit, within no month, at no window",
            "{ kind = \"refund\", limit_usd = -1, fee_share = 1.2, over_months = 0, every_months = 0, parts = 0, policy = { kind = \"never\" } }",
        ),
        with_clause(
            "a right to renew what renews by itself, and whose notice outlasts a term",
            "{ kind = \"renewal_option\", notice_months = 12, policy = { kind = \"never\" } }",
        )
        .set("horizon_months=24")
        .set("contract.renewal=\"renew\""),
        with_clause(
            "two rights to renew, the second declared at no window",
            "{ kind = \"renewal_option\", policy = { kind = \"never\" } }, { kind = \"renewal_option\", policy = { kind = \"declared\", months = [10] } }",
        )
        .set("horizon_months=24"),
        with_clause(
            "a way out after the end, with a notice that outlasts it",
            "{ kind = \"terminate\", after_month = 13, notice_months = 12, policy = { kind = \"never\" } }",
        ),
        with_clause(
            "a way out declared before it opens",
            "{ kind = \"terminate\", after_month = 6, policy = { kind = \"declared\", months = [3] } }",
        ),
        with_clause(
            "an end that is declared twice",
            "{ kind = \"terminate\", policy = { kind = \"declared\", months = [3, 4] } }",
        ),
        with_clause(
            "a fee for ending that is negative",
            "{ kind = \"terminate\", fee_usd = -1, policy = { kind = \"never\" } }",
        ),
        with_clause(
            "an expansion by less than nothing",
            &format!("{{ kind = \"expansion\", share = -0.1, {rhythm}, {never} }}"),
        ),
        case("nine rights", UNITS).set(&format!(
            "contract.clauses=[{}]",
            (1..=9)
                .map(|i| format!("{{ kind = \"flex_down\", share = 0.0{i}, {rhythm}, {never} }}"))
                .collect::<Vec<_>>()
                .join(", ")
        )),
    ];
    Vec::from(cases)
}

#[test]
fn rights() {
    hold("rights", &of_rights());
}

/// The cases of the family.
pub(super) fn of_clauses_on_the_bill() -> Vec<Case> {
    let clause =
        |name: &str, clauses: &str| case(name, UNITS).set(&format!("contract.clauses=[{clauses}]"));
    let cases = [
        clause("a floor above the ceiling", "{ kind = \"collar\", floor = 1.1, ceiling = 0.9 }"),
        clause("volume tiers without tiers", "{ kind = \"volume_tiers\", tiers = [] }"),
        clause(
            "volume tiers that fall",
            "{ kind = \"volume_tiers\", tiers = [{ from = 50, share = 0.1 }, { from = 20, share = 0.2 }] }",
        ),
        clause(
            "a tier below zero",
            "{ kind = \"volume_tiers\", tiers = [{ from = -1, share = 0.1 }] }",
        ),
        clause(
            "two grants",
            "{ kind = \"credit_grant\", amount = 100 }, { kind = \"credit_grant\", amount = 100 }",
        ),
        clause("a negative grant", "{ kind = \"credit_grant\", amount = -100 }"),
        clause(
            "a penalty in percent",
            "{ kind = \"spend_commitment\", amount = 100, penalty = 100 }",
        ),
        clause(
            "a commitment with a percentage before a cap",
            "{ kind = \"spend_commitment\", amount = 100, tiers = [{ from = 50, share = 0.1 }] }, { kind = \"escalation_cap\", annual = 0.05 }",
        ),
    ];
    Vec::from(cases)
}

#[test]
fn clauses_on_the_bill() {
    hold("clauses_on_the_bill", &of_clauses_on_the_bill());
}

/// The cases of the family.
pub(super) fn of_forms_of_commitment() -> Vec<Case> {
    let clause =
        |name: &str, clauses: &str| case(name, UNITS).set(&format!("contract.clauses=[{clauses}]"));
    let out = "{ kind = \"terminate\", policy = { kind = \"never\" } }";
    let cases = [
        clause(
            "paid ahead and given up without a refund rule",
            &format!("{{ kind = \"upfront\", discount = 0.05 }}, {out}"),
        ),
        clause("paid ahead in percent", "{ kind = \"upfront\", share = 50, discount = 5 }"),
        clause(
            "paid ahead twice and before a cap",
            "{ kind = \"upfront\", share = 0.5, discount = 0.05 }, { kind = \"upfront\", share = 0.5, discount = 0.06 }, { kind = \"escalation_cap\", annual = 0.05 }",
        ),
        clause(
            "a conversion that waits for what it does not have",
            "{ kind = \"conversion\", policy = { kind = \"threshold\", level = 0.8 } }",
        ),
        clause(
            "two conversions, the first after another right",
            &format!(
                "{out}, {{ kind = \"conversion\", policy = {{ kind = \"never\" }} }}, {{ kind = \"conversion\", share = 0.5, policy = {{ kind = \"never\" }} }}"
            ),
        ),
        clause("paid ahead for nothing stated", "{ kind = \"upfront\" }"),
    ];
    Vec::from(cases)
}

#[test]
fn forms_of_commitment() {
    hold("forms_of_commitment", &of_forms_of_commitment());
}

/// The cases of the family.
pub(super) fn of_tranches_and_ways_out() -> Vec<Case> {
    let clause =
        |name: &str, clauses: &str| case(name, UNITS).set(&format!("contract.clauses=[{clauses}]"));
    let ladder = |tranches: &str| format!("{{ kind = \"tranches\", tranches = [{tranches}] }}");
    let own = ladder("{ share = 0.5, months = 6, fee_per_unit_month = 0.7 }");
    let cases = [
        clause("a ladder without tranches", &ladder("")),
        clause(
            "a tranche beyond the term, and twice",
            &ladder(
                "{ share = 0.5, from_month = 8, months = 6 }, { share = 0.5, from_month = 8, months = 6 }, { share = 0.5, months = 3 }",
            ),
        ),
        clause(
            "a tranche that begins after the end",
            &ladder("{ share = 1, from_month = 13, months = 12 }"),
        ),
        clause("two ladders", &format!("{own}, {}", ladder("{ share = 0.5, months = 3 }"))),
        clause(
            "a ladder after a cap that goes by another price",
            &format!("{{ kind = \"escalation_cap\", annual = 0.05 }}, {own}"),
        ),
        clause(
            "a ladder after a percentage",
            &format!("{{ kind = \"flat_discount\", share = 0.05 }}, {own}"),
        ),
        clause(
            "a wallet in percent",
            "{ kind = \"share_of_wallet\", threshold = 70, share = 0.1, other_spend = -5 }",
        ),
        clause(
            "a switch at a negative price and without a cost",
            "{ kind = \"switching\", price_factor = -0.5, policy = { kind = \"never\" } }",
        ),
        clause(
            "a switch that takes longer than the contract",
            "{ kind = \"switching\", price_factor = 0.5, cost = 1, notice_months = 12, policy = { kind = \"never\" } }",
        ),
    ];
    Vec::from(cases)
}

#[test]
fn tranches_and_ways_out() {
    hold("tranches_and_ways_out", &of_tranches_and_ways_out());
}

/// The cases of the family.
pub(super) fn of_books_and_offers() -> Vec<Case> {
    let mut cases = with(
        TOKENS,
        &[
            ("an unknown model", &["workload.model=\"azure/gpt-5.11\""]),
            ("a model without its book", &["workload.model=\"gpt-5.1\""]),
            ("a model that nobody knows", &["workload.model=\"acme/banana\""]),
            ("an unknown book", &["workload.model=\"azur/gpt-5.1\""]),
            ("an unknown offer", &["contract.offer=\"azure/ptu-globl-1y\""]),
            ("a model as an offer", &["contract.offer=\"azure/gpt-5.1\""]),
            ("an unknown deployment", &["workload.deployment=\"globl\""]),
            ("an unknown tier", &["workload.service_tier=\"priorty\""]),
            ("an offer of another deployment", &["contract.offer=\"azure/ptu-regional-1y\""]),
            ("an offer of another platform", &["contract.offer=\"vertex/gsu-1y\""]),
            ("an hourly offer without a term", &["contract.offer=\"azure/ptu-global-hourly\""]),
            ("units below the minimum", &["contract.units=10"]),
            ("units between steps", &["contract.units=17"]),
            ("units that are a fraction", &["contract.units=15.5"]),
            (
                "tokens of zero",
                &["workload.tokens.input_per_month=0", "workload.tokens.output_per_month=0"],
            ),
            (
                "tokens that weigh nothing",
                &["workload.tokens.output_per_month=0", "workload.tokens.cached_share=1"],
            ),
            (
                "tokens that may weigh nothing",
                &[
                    "workload.tokens.output_per_month=0",
                    "workload.tokens.cached_share={ dist = \"discrete\", values = [0, 1], probabilities = [0.5, 0.5] }",
                ],
            ),
            ("a negative number of tokens", &["workload.tokens.input_per_month=-5"]),
            ("a cached share in percent", &["workload.tokens.cached_share=35"]),
            (
                "no requests",
                &[
                    "workload.tokens={ input_per_month = 1, output_per_month = 1 }",
                    "workload.requests={ per_minute = 0, prompt_tokens = 1, response_tokens = 1 }",
                ],
            ),
            ("a name for the unit of tokens", &["workload.unit=\"PTU\""]),
            ("a throughput of almost nothing", &["workload.tokens_per_minute_per_unit=1e-300"]),
        ],
    );
    cases.push(case("requests of zero", TOKENS).replace(
        "[workload.tokens]\ninput_per_month = 16e9\noutput_per_month = 1.6e9",
        "[workload.requests]\nper_minute = 0\nprompt_tokens = 100\nresponse_tokens = 10",
    ));
    cases
}

#[test]
fn books_and_offers() {
    hold("books_and_offers", &of_books_and_offers());
}
