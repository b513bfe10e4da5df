//! The page in a real browser, opened from disk.

use std::path::PathBuf;

use scorebox_core::Value;
use scorebox_report::ReportContext;
use serde_json::json;

use crate::devtools::{Browser, chromium};
use crate::{fixture, hostile, html, run};

/// A page on disk.
struct Page {
    file: PathBuf,
    _folder: tempfile::TempDir,
}

impl Page {
    fn of(html: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("report.html");
        std::fs::write(&file, html).unwrap();
        Self { file, _folder: folder }
    }

    fn of_run(rows: u64) -> Self {
        let record = fixture::record(&run::rows(rows).collect::<Vec<_>>());
        Self::of(&html(run::rows(rows), &ReportContext::new(&record)))
    }
}

/// A wide browser that shows a page; none where this machine has no browser.
fn browser(page: &Page, hash: &str) -> Option<Browser> {
    let mut browser = Browser::start(&chromium()?, 1500, "light");
    browser.open(&page.file, hash);
    Some(browser)
}

const FIRST_ROW: &str = "document.querySelector('table.rows tbody tr:not(.space) td.id').textContent";
const COUNT: &str = "document.getElementById('filter-count').textContent";
const TITLE: &str = "document.getElementById('detail-title').textContent";
const IS_OPEN: &str = "!document.getElementById('detail').hidden";
const DETAIL: &str = "document.querySelector('#detail .contents').innerText";

#[test]
fn ten_thousand_rows_open_from_disk_in_about_a_second() {
    let page = Page::of_run(10_000);
    let Some(program) = chromium() else { return };
    let mut browser = Browser::start(&program, 1500, "light");
    let loaded = browser.open(&page.file, "");
    let ready = browser.evaluate("Number(document.documentElement.dataset.ready)").as_u64().unwrap();
    let bytes = std::fs::metadata(&page.file).unwrap().len();
    println!("10,000 rows, {bytes} bytes: usable after {ready} ms, loaded after {} ms", loaded.as_millis());
    // About half a second on two cores when nothing else runs; other tests run beside this one.
    assert!(ready < 5_000, "{ready} ms");
    assert!(bytes < 15_000_000, "{bytes}");
    assert_eq!(browser.evaluate("document.querySelector('table.rows').getAttribute('aria-rowcount')"), "10001");
    let in_document = browser.evaluate("document.querySelectorAll('table.rows tbody tr').length").as_u64().unwrap();
    assert!((20..200).contains(&in_document), "{in_document}");
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn rows_are_drawn_as_they_scroll_into_sight() {
    let page = Page::of_run(2_000);
    let Some(mut browser) = browser(&page, "") else { return };
    browser.evaluate("document.getElementById('scroller').scrollTop = 34 * 1500");
    browser.eventually("document.querySelector('table.rows [aria-rowindex=\"1502\"]') !== null");
    assert_eq!(
        browser.evaluate("document.querySelector('table.rows [aria-rowindex=\"1502\"] td.id').textContent"),
        "support-01500"
    );
    let height = "document.querySelector('table.rows tbody').offsetHeight";
    assert_eq!(browser.evaluate(height), 34 * 2_000);
}

#[test]
fn columns_sort_in_both_directions() {
    let page = Page::of_run(500);
    let Some(mut browser) = browser(&page, "") else { return };
    let press = "document.querySelector('th[data-column=\"token_f1\"] button').click()";
    let at = "document.querySelector('th[data-column=\"token_f1\"]').cellIndex";
    let cells = "[...document.querySelectorAll('table.rows tbody .number')]";
    let shown = format!("{cells}.filter((it) => it.parentNode.cellIndex === {at}).map((it) => Number(it.title))");
    let sorted =
        |direction: &str| format!("{shown}.every((it, at, all) => at === 0 || (all[at - 1] - it) * {direction} >= 0)");
    let sort_state = "document.querySelector('th[data-column=\"token_f1\"]').getAttribute('aria-sort')";
    browser.evaluate(press);
    assert_eq!(browser.evaluate(sort_state), "ascending");
    assert_eq!(browser.evaluate(&sorted("-1")), true);
    browser.evaluate(press);
    assert_eq!(browser.evaluate(sort_state), "descending");
    assert_eq!(browser.evaluate(&sorted("1")), true);
    assert!(browser.evaluate("location.hash").as_str().unwrap().contains("sort=-token_f1"));
    browser.evaluate(press);
    assert_eq!(browser.evaluate(FIRST_ROW), "support-00000");
}

#[test]
fn rows_are_filtered_by_words_results_ranges_and_tags() {
    let rows: Vec<_> = run::rows(600).collect();
    let page = Page::of(&html(rows.clone(), &ReportContext::new(&fixture::record(&rows))));
    let Some(mut browser) = browser(&page, "") else { return };
    let shown = |browser: &mut Browser, query: &str| {
        let set = "(query) => { const filter = document.getElementById('filter'); filter.value = query; \
                   filter.dispatchEvent(new Event('input')); }";
        browser.evaluate(&format!("({set})({})", json!(query)));
        browser.evaluate("new Promise((done) => setTimeout(done, 250))");
        let text = browser.evaluate(COUNT);
        text.as_str().unwrap().split_whitespace().next().unwrap().parse::<usize>().unwrap()
    };
    let count = |holds: &dyn Fn(&scorebox_eval::RowResult) -> bool| rows.iter().filter(|row| holds(row)).count();
    let feedback = |row: &scorebox_eval::RowResult, place: usize| match &row.scores[place].outcome {
        scorebox_eval::Outcome::Feedback(feedback) => Some(feedback[0].value.clone()),
        _ => None,
    };
    let tag = |row: &scorebox_eval::RowResult, key: &str| row.content.as_ref().unwrap().example.tags[key].clone();

    assert_eq!(shown(&mut browser, "support-00042"), 1);
    assert_eq!(shown(&mut browser, "is:error"), count(&|row| row.has_error()));
    assert_eq!(shown(&mut browser, "exact:failed"), count(&|row| feedback(row, 0) == Some(Value::Boolean(false))));
    assert_eq!(
        shown(&mut browser, "tone:error"),
        count(&|row| matches!(row.scores[3].outcome, scorebox_eval::Outcome::Error(_)))
    );
    assert_eq!(
        shown(&mut browser, "tone:\"very casual\""),
        count(&|row| feedback(row, 3) == Some(fixture::text("very casual")))
    );
    let is_in_range = |row: &scorebox_eval::RowResult| {
        feedback(row, 2).and_then(|value| value.as_f64()).is_some_and(|share| (0.5..0.75).contains(&share))
    };
    assert_eq!(shown(&mut browser, "token_f1>=0.5 token_f1<0.75"), count(&is_in_range));
    let both = count(&|row| tag(row, "topic") == "account access" && tag(row, "language") == "de");
    assert!(both > 0);
    assert_eq!(shown(&mut browser, "tag.topic:\"account access\" tag.language:de"), both);
    assert_eq!(shown(&mut browser, "-tag.language:de"), count(&|row| tag(row, "language") != "de"));
    assert_eq!(shown(&mut browser, "\"misses part\" is:failed"), {
        count(&|row| !row.has_error() && feedback(row, 0) == Some(Value::Boolean(false)))
    });
    assert_eq!(shown(&mut browser, "no such words"), 0);
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn the_lists_put_words_into_the_filter() {
    let page = Page::of_run(300);
    let Some(mut browser) = browser(&page, "") else { return };
    let choose = |browser: &mut Browser, list: &str, value: &str| {
        let choice = format!(
            "(() => {{ const list = document.getElementById('{list}'); list.value = {}; list.dispatchEvent(new Event('change')); }})()",
            json!(value)
        );
        browser.evaluate(&choice);
    };
    let query = "document.getElementById('filter').value";
    choose(&mut browser, "filter-status", "failed");
    choose(&mut browser, "filter-column", "tone");
    choose(&mut browser, "filter-condition", "tone:\"very casual\"");
    choose(&mut browser, "filter-tag", "tag.topic:billing");
    assert_eq!(browser.evaluate(query), "is:failed tone:\"very casual\" tag.topic:billing");
    choose(&mut browser, "filter-status", "");
    choose(&mut browser, "filter-tag", "tag.topic:returns");
    assert_eq!(browser.evaluate(query), "tone:\"very casual\" tag.topic:returns");
    choose(&mut browser, "filter-column", "token_f1");
    browser.evaluate("(() => { const low = document.querySelector('#filter-range input'); low.value = '0.5'; low.dispatchEvent(new Event('change')); })()");
    assert_eq!(browser.evaluate(query), "tone:\"very casual\" tag.topic:returns token_f1>=0.5");
    browser.evaluate("document.getElementById('filter-clear').click()");
    assert_eq!(browser.evaluate(COUNT), "300 rows");
}

#[test]
fn the_keyboard_moves_opens_closes_and_finds() {
    let page = Page::of_run(300);
    let Some(mut browser) = browser(&page, "") else { return };
    browser.evaluate("document.getElementById('scroller').focus()");
    browser.press(&["ArrowDown", "ArrowDown", "ArrowDown", "ArrowUp", "Enter"]);
    assert_eq!(browser.evaluate(IS_OPEN), true);
    assert!(browser.evaluate(TITLE).as_str().unwrap().ends_with("support-00001"));
    assert_eq!(browser.evaluate("location.hash"), "#row=1");
    browser.press(&["ArrowDown"]);
    assert!(browser.evaluate(TITLE).as_str().unwrap().ends_with("support-00002"));
    browser.press(&["Escape"]);
    assert_eq!(browser.evaluate(IS_OPEN), false);
    browser.press(&["/"]);
    browser.type_text("support-00123");
    browser.eventually(&format!("{COUNT} === '1 of 300 rows'"));
    browser.press(&["Enter"]);
    browser.press(&["Enter"]);
    assert!(browser.evaluate(TITLE).as_str().unwrap().ends_with("support-00123"));
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn the_address_names_a_row_a_filter_and_an_order() {
    let page = Page::of_run(300);
    let Some(mut browser) = browser(&page, "#row=17&q=-is%3Aerror&sort=-id") else { return };
    assert!(browser.evaluate(TITLE).as_str().unwrap().ends_with("support-00017"));
    assert_eq!(browser.evaluate("document.getElementById('filter').value"), "-is:error");
    assert_eq!(
        browser.evaluate("document.querySelector('th[data-column=\"id\"]').getAttribute('aria-sort')"),
        "descending"
    );
    browser.evaluate("location.hash = '#row=20'");
    browser.eventually(&format!("{TITLE}.endsWith('support-00020')"));
}

#[test]
fn an_opened_row_shows_the_words_that_differ_its_scores_and_its_trace() {
    let rows: Vec<_> = run::rows(50).collect();
    let different = rows.iter().position(|row| {
        matches!(&row.scores[0].outcome, scorebox_eval::Outcome::Feedback(it) if it[0].value == Value::Boolean(false))
    });
    let page = Page::of(&html(rows.clone(), &ReportContext::new(&fixture::record(&rows))));
    let Some(mut browser) = browser(&page, &format!("#row={}", different.unwrap())) else { return };
    let joined = |kept: &str| {
        format!(
            "[...document.querySelector('.difference').childNodes].filter((part) => part.nodeName !== '{kept}')\
             .map((part) => part.textContent).join('').replace(/\\s+/g, ' ').trim()"
        )
    };
    let example = &rows[different.unwrap()].content.as_ref().unwrap().example;
    let expected: serde_json::Value = example.expectations.as_ref().unwrap().to().unwrap();
    assert_eq!(browser.evaluate(&joined("INS")), expected["expected_response"]);
    let outputs = rows[different.unwrap()].prediction.as_ref().unwrap().outputs.as_ref().unwrap();
    let answer: serde_json::Value = outputs.to().unwrap();
    assert_eq!(browser.evaluate(&joined("DEL")), answer["response"]);

    let text = browser.evaluate(DETAIL);
    for part in ["✗ failed", "misses part of all that is expected", "search", "retriever", "310 + 64 tokens"] {
        assert!(text.as_str().unwrap().contains(part), "{part}: {text}");
    }
    browser.evaluate("document.querySelectorAll('#detail .span').forEach((span) => { span.open = true; })");
    browser.eventually(&format!("{DETAIL}.includes('gpt-4o-mini')"));
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn causes_of_errors_lead_to_their_rows_and_show_the_backtrace() {
    let page = Page::of_run(1_000);
    let Some(mut browser) = browser(&page, "") else { return };
    browser.evaluate("document.querySelector('#errors details').open = true");
    browser.eventually("document.querySelector('#errors').textContent.includes('tone::words::at')");
    browser.evaluate("document.querySelector('#errors [data-row-name]').click()");
    let name = browser.evaluate("document.querySelector('#errors [data-row-name]').textContent");
    assert!(browser.evaluate(TITLE).as_str().unwrap().ends_with(name.as_str().unwrap()));
    browser.evaluate("document.querySelector('#summary [data-filter=\"is:error\"]').click()");
    let errors = browser.evaluate("document.querySelector('#summary [data-filter=\"is:error\"]').textContent");
    let count = errors.as_str().unwrap().split_whitespace().nth(1).unwrap().to_owned();
    assert!(browser.evaluate(COUNT).as_str().unwrap().starts_with(&format!("{count} of ")));
}

#[test]
fn hostile_rows_are_shown_as_texts_and_run_nothing() {
    let page = Page::of(&hostile::page());
    let Some(mut browser) = browser(&page, "") else { return };
    for row in 0..hostile::HOSTILE.len() {
        browser.evaluate(&format!("location.hash = '#row={row}'"));
        browser
            .eventually(&format!("document.querySelector('#detail .place').textContent.startsWith('{} of')", row + 1));
        browser.evaluate("document.querySelectorAll('details').forEach((it) => { it.open = true; })");
        browser.evaluate("new Promise((done) => setTimeout(done, 30))");
    }
    assert!(browser.evaluate("document.title").as_str().unwrap().starts_with("✗ <script>"));
    assert_eq!(
        browser.evaluate("document.querySelectorAll('img, svg[onload], main script, #detail script').length"),
        0
    );
    browser.evaluate("location.hash = '#row=0'");
    browser.eventually(&format!("{DETAIL}.includes({})", json!(hostile::HOSTILE[0])));
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn pages_of_unusual_runs_work() {
    let Some(program) = chromium() else { return };
    let one = [fixture::row(0).with_value("exact", Value::Boolean(true), None).row];
    let repeated: Vec<_> = (0..3)
        .map(|repeat| {
            fixture::row(0).with_repeat(repeat).with_outputs("1").with_value("exact", Value::Boolean(true), None).row
        })
        .collect();
    let mut browser = Browser::start(&program, 1500, "light");
    for (rows, said) in
        [(vec![], "0 rows"), (one.to_vec(), "1 row"), (fixture::small_run(), "4 rows"), (repeated, "3 rows")]
    {
        let mut record = fixture::record(&rows);
        let repeats = rows.last().map_or(1, |row| row.repeat + 1);
        record.repeats = repeats.try_into().unwrap();
        let page = Page::of(&html(rows, &ReportContext::new(&record)));
        browser.open(&page.file, "");
        browser.eventually("document.documentElement.dataset.ready !== undefined");
        assert_eq!(browser.evaluate(COUNT), said);
        browser.evaluate("document.getElementById('scroller').focus()");
        browser.press(&["ArrowDown", "Enter"]);
        assert_eq!(browser.evaluate(IS_OPEN), said != "0 rows");
    }
    assert_eq!(browser.complaints(), [""; 0]);
}

#[test]
fn the_page_is_dark_where_that_is_preferred_and_can_be_switched() {
    let page = Page::of_run(20);
    let Some(program) = chromium() else { return };
    let mut browser = Browser::start(&program, 1500, "dark");
    browser.open(&page.file, "");
    let background = "getComputedStyle(document.documentElement).backgroundColor";
    let dark = browser.evaluate(background);
    assert_eq!(dark, "rgb(20, 21, 23)");
    browser.evaluate("document.getElementById('theme').click()");
    assert_eq!(browser.evaluate(background), "rgb(253, 253, 252)");
    browser.reload();
    assert_eq!(browser.evaluate(background), "rgb(253, 253, 252)", "the choice is remembered");
}

#[test]
fn a_narrow_window_needs_no_scrolling_sideways() {
    let page = Page::of_run(200);
    let Some(program) = chromium() else { return };
    let mut browser = Browser::start(&program, 390, "light");
    browser.open(&page.file, "#row=3");
    assert_eq!(browser.evaluate("document.documentElement.scrollWidth <= innerWidth"), true);
    assert_eq!(browser.evaluate("document.activeElement.id"), "detail-title");
    browser.press(&["Escape"]);
    assert_eq!(browser.evaluate(IS_OPEN), false);
}
