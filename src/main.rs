use std::path::Path;
use waterline::{analysis, input};
fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let loaded = input::load(Path::new(&args[0]), &args[1..]);
    eprint!("{}", loaded.findings.render(false));
    let Some(study) = loaded.study else { return };
    let t = std::time::Instant::now();
    let r = analysis::analyze(&study, &analysis::Unwatched).unwrap();
    eprintln!("run {:?}", t.elapsed());
    eprintln!("{}", r.answer.sentence);
    print!("{}", waterline::report::json::render(&r));
}
