//! The progress bar, and what ends a run early.

use super::STOPPED;
use crate::analysis::Watcher;
use crate::report::terminal::with_error;
use crate::simulate::Progress;
use crate::words::count;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Shows a run on standard error, and lets Ctrl-C or a scheduler end it.
pub(super) struct Bar {
    bar: ProgressBar,
    stop: Arc<AtomicBool>,
}

impl Bar {
    /// A bar, hidden unless `visible` and standard error is a terminal.
    pub(super) fn new(visible: bool) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM] {
            // Without handlers they end the process at once, which loses what was not saved yet. The
            // second time means now: this one looks at the flag before the other sets it.
            let _ = flag::register_conditional_shutdown(signal, STOPPED.into(), Arc::clone(&stop));
            let _ = flag::register(signal, Arc::clone(&stop));
        }
        let target =
            if visible { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(0), target);
        let style = ProgressStyle::with_template(
            "{prefix:<22} {bar:24} {human_pos}/{human_len} paths, {rate}/s, {msg}",
        );
        let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
        bar.set_style(style.with_key("rate", |state: &ProgressState, out: &mut dyn Write| {
            let _ = out.write_str(&count(state.per_sec() as u64));
        }));
        Self { bar, stop }
    }

    /// Says something without breaking the bar.
    pub(super) fn say(&self, text: &str) {
        self.bar.suspend(|| super::complain(&format!("{text}\n")));
    }

    /// Takes the bar away.
    pub(super) fn clear(&self) {
        self.bar.finish_and_clear();
    }
}

impl Watcher for Bar {
    fn stage(&self, name: &str) {
        self.bar.reset();
        self.bar.set_prefix(name.to_owned());
    }

    fn progress(&self, progress: Progress) {
        self.bar.set_length(progress.total);
        self.bar.set_position(progress.done);
        if let Some(mean) = progress.headline {
            self.bar.set_message(format!("mean cost {}", with_error(mean)));
        }
    }

    fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}
