//! `waterline run` in pieces: with a checkpoint, or one shard of it.

use super::files::Planned;
use super::outputs::Outputs;
use super::progress::Bar;
use super::run::Asked;
use super::{Failure, Outcome, complain, stopping};
use crate::analysis::{analyze_by, contribute};
use crate::partial::file::{Contents, Journal, Unreadable};
use crate::partial::{Header, Library, Piece, Piecewise};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Variables in which schedulers and launchers say which task this is, from 0, in the order in
/// which they are asked: the array's task before the rank inside a task.
const TASK_VARIABLES: [&str; 5] = [
    "SLURM_ARRAY_TASK_ID",
    "JOB_COMPLETION_INDEX",
    "OMPI_COMM_WORLD_RANK",
    "PMI_RANK",
    "SLURM_PROCID",
];

/// `I/N`, or `N` alone.
#[derive(Clone, Copy, Debug)]
pub(super) struct ShardArg {
    /// From 0.
    index: Option<u64>,
    count: u64,
}

/// Reads the argument of `--shard`.
pub(super) fn parse(text: &str) -> Result<ShardArg, String> {
    const MOST: u64 = 100_000;
    let number = |text: &str| text.parse::<u64>().ok();
    let (index, count) = match text.split_once('/') {
        Some((index, count)) => (Some(number(index)), number(count)),
        None => (None, number(text)),
    };
    let count = count.filter(|n| (1..=MOST).contains(n));
    let form = format!("write I/N, as in 3/8: shard I, from 1, of N, up to {MOST}");
    match (index, count) {
        (None, Some(count)) => Ok(ShardArg { index: None, count }),
        (Some(Some(i)), Some(count)) if (1..=count).contains(&i) => {
            Ok(ShardArg { index: Some(i - 1), count })
        }
        (Some(Some(i)), Some(count)) => Err(format!(
            "shards are counted from 1: there is 1/{count} to {count}/{count}, not {i}"
        )),
        _ => Err(form),
    }
}

impl ShardArg {
    /// Which shard this is, from the argument or else from the scheduler.
    fn piece(self, variable: impl Fn(&str) -> Option<String>) -> Result<Piece, Failure> {
        let Self { index, count } = self;
        if let Some(index) = index {
            return Ok(Piece::Shard { index, count });
        }
        let set = TASK_VARIABLES.iter().find_map(|name| Some((name, variable(name)?)));
        let Some((name, value)) = set else {
            return Err(Failure::Input(format!(
                "error: --shard {count} does not say which of the {count} shards this is\n\
                 help: write --shard 1/{count}, or start it as a task of a job: {} say which, \
                 counted from 0\n",
                TASK_VARIABLES.join(", ")
            )));
        };
        let index = value.trim().parse().ok().filter(|index| *index < count);
        index.map(|index| Piece::Shard { index, count }).ok_or_else(|| {
            Failure::Input(format!(
                "error: {name} is {value}, and --shard {count} needs tasks from 0 to {}\n\
                 help: number the tasks from 0, as in --array=0-{}, or write --shard I/{count}\n",
                count - 1,
                count - 1
            ))
        })
    }
}

/// A run that is saved as it goes.
pub(super) fn run_saved(asked: &Asked<'_>, file: &Path) -> Outcome {
    stopping::refuse_clock(asked.study, "a run that is saved and resumed")?;
    let args = &asked.args.outputs;
    let inputs: Vec<PathBuf> = asked.inputs.iter().cloned().chain([file.to_owned()]).collect();
    Planned::beside(asked.inputs).add(file)?;
    let outputs = Outputs::plan(args, asked.study, &inputs)?;
    let (library, journal) = open(asked, file, &header(asked, Piece::Whole))?;
    let due = clock(asked.args.pieces.checkpoint_every);
    let executor = Piecewise::kept(Piece::Whole, library, journal, &due);
    let bar = Bar::new(!args.quiet);
    let results = args.threads.install(|| analyze_by(&executor, asked.study, &bar))?;
    bar.clear();
    let results = results.map_err(|_| stopped(&executor, file))?;
    let code = outputs.give(&results)?;
    // The results are there; whoever kills the program here loses nothing but this tidiness.
    let _ = std::fs::remove_file(file);
    Ok(code)
}

/// One shard of a run.
pub(super) fn run_shard(asked: &Asked<'_>, shard: &ShardArg) -> Outcome {
    stopping::refuse_rules(asked.study)?;
    let args = &asked.args;
    let piece = shard.piece(|name| std::env::var(name).ok().filter(|v| !v.is_empty()))?;
    let file =
        args.pieces.shard_file.clone().unwrap_or_else(|| default_name(&args.study.study, piece));
    let unfinished = beside(&file, ".unfinished");
    let mut planned = Planned::beside(asked.inputs);
    planned.add(&file)?;
    planned.add(&unfinished)?;
    let header = header(asked, piece);
    if stands(&file, &header, args.pieces.resume)? {
        complain(&format!("{} is there already: {piece}\n", file.display()));
        return Ok(ExitCode::SUCCESS);
    }
    let (library, journal) = open(asked, &unfinished, &header)?;
    let due = clock(args.pieces.checkpoint_every);
    let executor = Piecewise::kept(piece, library, journal, &due);
    let bar = Bar::new(!args.outputs.quiet);
    let done = args.outputs.threads.install(|| contribute(&executor, asked.study, &bar))?;
    bar.clear();
    done.map_err(|_| stopped(&executor, &unfinished))?;
    let failed = |e| Failure::Input(format!("error: cannot write {}: {e}\n", file.display()));
    executor.finish(&file).map_err(failed)?;
    if !args.outputs.quiet {
        let all = "when all shards are there, `waterline merge` makes the results of them";
        complain(&format!("wrote {}: {piece}; {all}\n", file.display()));
    }
    Ok(ExitCode::SUCCESS)
}

/// `study.3-of-8.shard`.
fn default_name(study: &Path, piece: Piece) -> PathBuf {
    let stem = study.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    match piece {
        Piece::Shard { index, count } => format!("{stem}.{}-of-{count}.shard", index + 1).into(),
        Piece::Whole => format!("{stem}.save").into(),
    }
}

fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

fn header(asked: &Asked<'_>, piece: Piece) -> Header {
    let file = &asked.args.study.study;
    let place = std::path::absolute(file).unwrap_or_else(|_| file.clone());
    Header::new(asked.study, &place.to_string_lossy(), asked.overrides, piece)
}

/// Whether nothing is left to do: the run resumes, and the file holds just this shard, finished. A
/// file of anything else is refused.
fn stands(file: &Path, header: &Header, resume: bool) -> Result<bool, Failure> {
    let foreign = match Contents::read(file) {
        Ok(contents) => {
            return matches(&contents, header).map(|()| resume && contents.complete());
        }
        Err(Unreadable::Io(e)) if e.kind() == std::io::ErrorKind::NotFound => return Ok(false),
        Err(Unreadable::Damaged) if file.is_file() => return Ok(false),
        // A device may look like a file that broke off.
        Err(Unreadable::Damaged) => Unreadable::Foreign,
        Err(other) => other,
    };
    let (message, _) = foreign.explain();
    let file = file.display();
    Err(Failure::Input(format!("error: {file} {message}\nhelp: choose another name\n")))
}

/// Refuses to go on with the work of another run.
fn matches(contents: &Contents, header: &Header) -> Result<(), Failure> {
    let mut differences = contents.header.differences(header);
    if contents.header.piece != header.piece {
        differences.push(format!("{}, not {}", contents.header.piece, header.piece));
    }
    if differences.is_empty() {
        return Ok(());
    }
    Err(Failure::Input(format!(
        "error: {} is of another run: {}\nhelp: repeat the command that wrote it, with --resume, or \
         name another file\n",
        contents.path.display(),
        differences.join("; ")
    )))
}

/// What a file has of a run, and the journal to go on with.
fn open(asked: &Asked<'_>, file: &Path, header: &Header) -> Result<(Library, Journal), Failure> {
    let fail = |text: String| Failure::Input(format!("error: {}{text}\n", file.display()));
    let resume = asked.args.pieces.resume;
    let say = |what: &str| {
        if !asked.args.outputs.quiet {
            complain(&format!("{}{what}\n", file.display()));
        }
    };
    let begin = || {
        let folder = file.parent().filter(|p| !p.as_os_str().is_empty());
        let made = folder.map_or(Ok(()), std::fs::create_dir_all);
        Ok((Library::default(), made.and_then(|()| Journal::create(file, header))))
    };
    let (library, journal) = match Contents::read(file) {
        Err(Unreadable::Io(e)) if e.kind() == std::io::ErrorKind::NotFound => begin(),
        // It broke off before it held any work.
        Err(Unreadable::Damaged) if resume => {
            say(" breaks off before any work: all is done again");
            begin()
        }
        Ok(contents) if resume => {
            matches(&contents, header)?;
            if !contents.clean {
                say(" breaks off within a save: what is sound before it is used");
            }
            let journal = Journal::resume(&contents);
            Ok((Library::new(vec![contents]), journal))
        }
        Ok(_) | Err(Unreadable::Damaged) => Err(fail(
            " holds the work of an earlier run\nhelp: add --resume to continue it, or delete the \
             file to start over, if no run is writing it"
                .into(),
        )),
        Err(unreadable) => {
            let (message, _) = unreadable.explain();
            Err(fail(format!(" {message}\nhelp: choose another name")))
        }
    }?;
    let journal = journal
        .map_err(|e| Failure::Input(format!("error: cannot write {}: {e}\n", file.display())))?;
    Ok((library, journal))
}

/// Says every so many seconds that it is time.
#[expect(clippy::disallowed_methods, reason = "the clock says when to save, not what")]
fn clock(every: u64) -> impl Fn() -> bool + Sync {
    let last = Mutex::new(Instant::now());
    move || {
        let Ok(mut last) = last.lock() else { return true };
        let due = last.elapsed() >= Duration::from_secs(every);
        if due {
            *last = Instant::now();
        }
        due
    }
}

/// Why a run ended early, and how to go on.
fn stopped(executor: &Piecewise<'_>, file: &Path) -> Failure {
    let again = format!("the same command with --resume goes on from {}", file.display());
    match executor.trouble() {
        Some(trouble) => Failure::Input(format!("error: {trouble}\nhelp: {again}\n")),
        None => Failure::Stopped(format!("nothing is lost, {again}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(text: &str, set: &[(&str, &str)]) -> Option<Piece> {
        let variable =
            |name: &str| set.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned());
        parse(text).ok()?.piece(variable).ok()
    }

    #[test]
    fn shards_are_counted_from_1_and_tasks_from_0() {
        let shard = |index, count| Some(Piece::Shard { index, count });
        assert_eq!(piece("3/8", &[("SLURM_ARRAY_TASK_ID", "5")]), shard(2, 8));
        assert_eq!(piece("8", &[("SLURM_ARRAY_TASK_ID", "5"), ("SLURM_PROCID", "0")]), shard(5, 8));
        assert_eq!(piece("8", &[("PMI_RANK", "0")]), shard(0, 8));
        assert_eq!(piece("1/1", &[]), shard(0, 1));
        for wrong in
            ["0/8", "9/8", "0", "", "/", "3/", "/8", "-1/8", "1/0", "1/100001", "a/b", "1/2/3"]
        {
            assert_eq!(piece(wrong, &[("PMI_RANK", "0")]), None, "{wrong}");
        }
        assert_eq!(piece("8", &[]), None);
        assert_eq!(piece("8", &[("SLURM_ARRAY_TASK_ID", "8")]), None);
        assert_eq!(piece("8", &[("SLURM_ARRAY_TASK_ID", "x")]), None);
    }
}
