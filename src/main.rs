//! The program `waterline`.

use std::process::ExitCode;

fn main() -> ExitCode {
    waterline::cli::main()
}
