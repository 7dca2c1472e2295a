//! `waterline init`: a study to start from.

use super::{Failure, InitArgs, Outcome, files, print};

/// A commented study that runs as it is.
pub(super) const STARTER: &str = include_str!("../../models/studies/starter.toml");

pub(super) fn run(args: &InitArgs) -> Outcome {
    if args.file.as_os_str() == "-" {
        return print(STARTER);
    }
    let name = args.file.display();
    if args.file.exists() && !args.force {
        return Err(Failure::Input(format!(
            "error: {name} exists; choose another name, or replace it with --force\n"
        )));
    }
    files::Planned::default().add(&args.file)?;
    files::write(&args.file, STARTER)?;
    print(&format!("wrote {name}; next: waterline check {name}, then waterline run {name}\n"))
}
