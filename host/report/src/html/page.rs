//! The page around the rows: its template, its style, its script, and what a browser may do with them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, Value, context};
use scorebox_core::Digest;

use super::view::PageView;
use crate::ReportError;

const TEMPLATES: [(&str, &str); 9] = [
    ("page.html", include_str!("page/page.html")),
    ("header.html", include_str!("page/header.html")),
    ("gate.html", include_str!("page/gate.html")),
    ("summary.html", include_str!("page/summary.html")),
    ("comparison.html", include_str!("page/comparison.html")),
    ("difference.html", include_str!("page/difference.html")),
    ("difference_heads.html", include_str!("page/difference_heads.html")),
    ("failures.html", include_str!("page/failures.html")),
    ("about.html", include_str!("page/about.html")),
];

const STYLE: &str = concat!(
    include_str!("page/style/base.css"),
    include_str!("page/style/summary.css"),
    include_str!("page/style/rows.css"),
    include_str!("page/style/print.css"),
);

const THEME_SCRIPT: &str = include_str!("page/script/theme.js");

/// One script, whose parts see each other and nothing else sees them.
const SCRIPT: &str = concat!(
    "'use strict';\n{\n",
    include_str!("page/script/data.js"),
    include_str!("page/script/format.js"),
    include_str!("page/script/json.js"),
    include_str!("page/script/diff.js"),
    include_str!("page/script/query.js"),
    include_str!("page/script/table.js"),
    include_str!("page/script/trace.js"),
    include_str!("page/script/detail.js"),
    include_str!("page/script/filters.js"),
    include_str!("page/script/main.js"),
    "}\n",
);

/// What stands before the data of the rows.
pub(super) fn head(view: &PageView) -> Result<String, ReportError> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    for (name, source) in TEMPLATES {
        environment.add_template(name, source).map_err(broken)?;
    }
    let page = environment.get_template("page.html").map_err(broken)?;
    page.render(context! {
        policy => policy(),
        style => Value::from_safe_string(STYLE.to_owned()),
        theme_script => Value::from_safe_string(THEME_SCRIPT.to_owned()),
        page => Value::from(Serde(view)),
    })
    .map_err(broken)
}

/// What stands behind them.
pub(super) fn foot() -> String {
    format!("<script>{SCRIPT}</script>\n</body>\n</html>\n")
}

/// The page may use its own style and its own scripts, and nothing else: no other script, no network.
fn policy() -> String {
    let source = |text: &str| format!("'sha256-{}'", STANDARD.encode(Digest::of(text.as_bytes()).bytes()));
    format!(
        "default-src 'none'; script-src {} {}; style-src {}; base-uri 'none'; form-action 'none'",
        source(THEME_SCRIPT),
        source(SCRIPT),
        source(STYLE)
    )
}

/// The templates are part of this crate, so this is a mistake of ours.
fn broken(error: minijinja::Error) -> ReportError {
    ReportError::Io(std::io::Error::other(error))
}
