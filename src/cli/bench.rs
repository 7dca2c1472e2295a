//! `waterline bench`.

use super::files::{Planned, write};
use super::outputs::{is_stdout, style};
use super::progress::Bar;
use super::run::study;
use super::{BenchArgs, Failure, Outcome, WorkArg, print};
use crate::bench::compare::compare;
use crate::bench::rates::Effort;
use crate::bench::reference::Reference;
use crate::bench::results::Bench;
use crate::bench::{Unfinished, bench, on_threads};
use crate::report::{html, json, terminal};
use crate::simulate::Silent;
use std::path::{Path, PathBuf};

pub(super) fn run(args: &BenchArgs) -> Outcome {
    let threads = args.threads.map_or_else(all_threads, |n| n as usize);
    if let Some(files) = &args.compare {
        return side_by_side(&files[0], &files[1]);
    }
    if let Some((work, paths)) = args.work.zip(args.paths) {
        let done = on_threads(threads, || reference(work).once(paths, &Silent));
        let line = serde_json::to_string(&done.map_err(failure)?).expect("numbers are JSON");
        return print(&(line + "\n"));
    }
    measure(args, threads)
}

fn all_threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn reference(work: WorkArg) -> Reference {
    match work {
        WorkArg::R0 => Reference::R0,
        WorkArg::R1 => Reference::R1,
        WorkArg::R2 => Reference::R2,
        WorkArg::R3 => Reference::R3,
    }
}

fn failure(unfinished: Unfinished) -> Failure {
    match unfinished {
        Unfinished::Stopped => Failure::Stopped("nothing was written".into()),
        Unfinished::Threads(why) => {
            Failure::Input(format!("error: cannot start the threads: {why}\n"))
        }
    }
}

fn measure(args: &BenchArgs, threads: usize) -> Outcome {
    let own = args.study.as_ref().map(|file| study(file, &[]));
    let (own, inputs) = own.transpose()?.map_or((None, Vec::new()), |(s, f)| (Some(s), f));
    let files = outputs(args, &inputs)?;
    let effort = if args.quick { Effort::quick() } else { Effort::full() };
    let bar = Bar::new(true);
    let measured = bench(effort, threads, own.as_ref(), &bar);
    bar.clear();
    let measured = measured.map_err(failure)?;
    for (path, render) in files {
        write(path, &render(&measured))?;
    }
    if args.json.as_deref().is_some_and(is_stdout) {
        print(&json::render_bench(&measured))
    } else {
        print(&terminal::bench::render(&measured, style()))
    }
}

/// What makes the text of a file.
type Render = fn(&Bench) -> String;

/// Places of all outputs, made sure of before the measurement.
fn outputs<'a>(
    args: &'a BenchArgs,
    inputs: &[PathBuf],
) -> Result<Vec<(&'a Path, Render)>, Failure> {
    if args.html.as_deref().is_some_and(is_stdout) {
        return Err(Failure::Input(
            "error: --html cannot write to standard output\nhelp: name a file; `--json -` writes \
             the measurements as JSON\n"
                .into(),
        ));
    }
    let json = args.json.as_deref().filter(|p| !is_stdout(p));
    let json = json.map(|path| (path, json::render_bench as Render));
    let page = args.html.as_deref().map(|path| (path, html::bench::render as Render));
    let mut planned = Planned::beside(inputs);
    let files: Vec<(&Path, Render)> = json.into_iter().chain(page).collect();
    for (path, _) in &files {
        planned.add(path)?;
    }
    Ok(files)
}

fn side_by_side(a: &Path, b: &Path) -> Outcome {
    let (a, b) = (read(a)?, read(b)?);
    print(&terminal::bench::render_comparison(&compare(&a, &b), style()))
}

fn read(path: &Path) -> Result<Bench, Failure> {
    let name = path.display();
    let help = "help: `waterline bench --json FILE` writes a machine's measurements\n";
    let text = std::fs::read_to_string(path)
        .map_err(|e| Failure::Input(format!("error: cannot read {name}: {e}\n{help}")))?;
    json::read_bench(&text).map_err(|why| {
        Failure::Input(format!(
            "error: {name} does not hold a machine's measurements: {why}\n{help}"
        ))
    })
}
