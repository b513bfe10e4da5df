//! The HTML report: what stands in the page, and how it behaves in a browser.

#![expect(
    clippy::unwrap_used,
    reason = "a helper of a test may panic as the test may; clippy only knows test functions"
)]

mod bounds;
mod browser;
mod devtools;
#[path = "../../src/fixture.rs"]
#[expect(dead_code, reason = "some of it is for other reports")]
mod fixture;
mod hostile;
mod page;
mod run;

use scorebox_eval::RowResult;
use scorebox_report::{HtmlReport, ReportContext};

/// The page of these rows.
fn html(rows: impl IntoIterator<Item = RowResult>, context: &ReportContext<'_>) -> String {
    let mut report = HtmlReport::default();
    rows.into_iter().for_each(|row| report.add(&row).unwrap());
    let mut bytes = Vec::new();
    report.finish(context, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// The elements of the page that hold data, as JSON, by what follows `data-` in their ids.
fn data(page: &str) -> Vec<(&str, serde_json::Value)> {
    let elements = page.split("<script type=\"application/json\" id=\"data-").skip(1);
    let parsed = elements.map(|element| {
        let (id, rest) = element.split_once("\">").unwrap();
        let (json, _) = rest.split_once("</script>").unwrap();
        (id, serde_json::from_str(json).unwrap_or_else(|error| panic!("data-{id}: {error}")))
    });
    parsed.collect()
}

/// The columns of the table.
fn table(page: &str) -> serde_json::Value {
    data(page).into_iter().find(|(id, _)| *id == "table").unwrap().1
}

/// All texts of the rows: whole ones as strings, cut ones as pairs.
fn texts(page: &str) -> Vec<serde_json::Value> {
    let blocks = data(page).into_iter().filter(|(id, _)| id.starts_with("texts-"));
    blocks.flat_map(|(_, block)| block.as_array().unwrap().clone()).collect()
}
