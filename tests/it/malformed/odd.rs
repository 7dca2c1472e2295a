//! Valid but odd inputs run and give finite numbers.

use crate::support::{at, run};

#[test]
fn given_units_need_not_be_in_the_list_of_sizes() {
    let results = run("newsvendor", &["contract.units=70", "run.paths=2048"]);
    assert_eq!(results.answer.units, 70.0);
    assert!(at(&results, 70.0).cost.mean.value.is_finite());
    assert_eq!(at(&results, 50.0).units, 50.0);
}
