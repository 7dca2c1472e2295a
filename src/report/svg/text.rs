//! Text in pages and charts: escaping, and how much room it takes.

/// Size of every text in a chart, in its own units.
pub(super) const SIZE: f64 = 13.0;

/// Text that HTML and SVG show as it is, also inside an attribute.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // Characters that no page may hold.
            c if c.is_control() && c != '\n' && c != '\t' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// Width of a text in a chart's units, rather too much than too little: the reader's font is not
/// known.
pub(super) fn width(text: &str) -> f64 {
    let em = |c: char| match c {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | ' ' | '(' | ')' => 0.36,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 0.95,
        'A'..='Z' | '+' | '=' => 0.72,
        c if c.is_ascii() => 0.61,
        c if u32::from(c) < 0x2e80 => 0.68,
        _ => 1.0,
    };
    SIZE * text.chars().map(em).sum::<f64>()
}

/// The text, cut with an ellipsis where it is wider than `room`.
pub(super) fn shorten(text: &str, room: f64) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    let mut out = String::new();
    for c in text.chars() {
        if width(&out) + width("m…") > room {
            break;
        }
        out.push(c);
    }
    format!("{}…", out.trim_end())
}

/// At most `most` characters of a name that somebody else chose.
#[must_use]
pub fn clip(name: &str, most: usize) -> String {
    if name.chars().count() <= most {
        return name.to_owned();
    }
    let kept: String = name.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaped_text_holds_no_markup() {
        assert_eq!(escape("<b a=\"x\">&'"), "&lt;b a=&quot;x&quot;&gt;&amp;&#39;");
        assert_eq!(escape("a\u{0}b\u{1b}"), "a\u{fffd}b\u{fffd}");
    }

    #[test]
    fn long_names_end_in_an_ellipsis() {
        assert_eq!(clip("PTU", 8), "PTU");
        assert_eq!(clip("provisioned units", 8), "provisi…");
        let short = shorten("a text that is too long", 60.0);
        assert!(short.ends_with('…') && width(&short) <= 60.0, "{short}");
        assert_eq!(shorten("fits", 60.0), "fits");
    }
}
