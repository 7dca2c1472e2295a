//! Columns, wrapped text and bars.

/// Side of a column that its cells stand on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Right,
}

/// Rows of cells with a header.
pub(super) struct Grid {
    align: Vec<Align>,
    rows: Vec<Vec<String>>,
}

impl Grid {
    pub(super) fn new(columns: &[(&str, Align)]) -> Self {
        Self {
            align: columns.iter().map(|c| c.1).collect(),
            rows: vec![columns.iter().map(|c| c.0.to_owned()).collect()],
        }
    }

    pub(super) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// The rows with columns two spaces apart, as wide as their widest cell.
    pub(super) fn render(&self) -> String {
        let wide = |cell: &String| cell.chars().count();
        let width = |c: usize| self.rows.iter().map(|r| wide(&r[c])).max().unwrap_or(0);
        let widths: Vec<usize> = (0..self.align.len()).map(width).collect();
        let mut out = String::new();
        for row in &self.rows {
            let mut line = String::new();
            for ((cell, &width), align) in row.iter().zip(&widths).zip(&self.align) {
                let pad = " ".repeat(width - wide(cell));
                let cell = match align {
                    Align::Left => format!("{cell}{pad}"),
                    Align::Right => format!("{pad}{cell}"),
                };
                if !line.is_empty() {
                    line.push_str("  ");
                }
                line.push_str(&cell);
            }
            out.push_str(line.trim_end());
            out.push('\n');
        }
        out
    }
}

/// Text in lines of at most `width` characters, broken at spaces.
pub(super) fn wrap(text: &str, width: usize) -> String {
    let mut lines: Vec<String> = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().expect("there is a line");
        let length = line.chars().count();
        if length > 0 && length + 1 + word.chars().count() > width {
            lines.push(word.to_owned());
        } else {
            if length > 0 {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines.join("\n")
}

/// A bar of at most `room` characters.
pub(super) fn bar(share: f64, room: usize, unicode: bool) -> String {
    let eighths = (share.clamp(0.0, 1.0) * (room * 8) as f64).round() as usize;
    if unicode {
        let rest = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8];
        let full = "█".repeat(eighths / 8);
        if eighths == 0 { "▏".into() } else { format!("{full}{rest}") }
    } else {
        "#".repeat((eighths / 8).max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grids_align_and_text_wraps() {
        let mut grid = Grid::new(&[("a", Align::Left), ("bb", Align::Right)]);
        grid.row(vec!["long".into(), "1".into()]);
        assert_eq!(grid.render(), "a     bb\nlong   1\n");
        assert_eq!(wrap("one two three", 7), "one two\nthree");
        assert_eq!(bar(0.5, 4, false), "##");
        assert_eq!(bar(0.53125, 4, true), "██▏");
    }
}
