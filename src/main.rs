use std::path::Path;
use waterline::{analysis, input};
fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let t = std::time::Instant::now();
    let loaded = input::load(Path::new(&args[0]), &args[1..]);
    eprint!("{}", loaded.findings.render(false));
    let Some(study) = loaded.study else { return };
    eprintln!("load {:?}", t.elapsed());
    let t = std::time::Instant::now();
    let r = analysis::analyze(&study, &analysis::Unwatched).unwrap();
    eprintln!("run {:?}", t.elapsed());
    println!("{}", r.answer.sentence);
    println!("{:?}", r.run);
    for s in &r.strategies {
        println!(
            "{} {} {:?}",
            s.strategy, s.units, s.measures[0].summary.mean
        );
    }
    for s in &r.sizing {
        println!(
            "{} best {} interval {:?} band {:?} n={}",
            s.strategy,
            s.best_units,
            s.interval,
            s.band,
            s.sizes.len()
        );
        for z in &s.sizes {
            if (z.units - s.best_units).abs() < 3.0 || z.units == 100.0 {
                println!(
                    "   {} {:?} p={} f={}",
                    z.units, z.cost.mean, z.best_probability, z.best_in_futures.value
                )
            }
        }
    }
    for w in &r.warnings {
        println!("warning {}: {} ", w.code, w.seen);
    }
}
