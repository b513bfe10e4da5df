use std::process::ExitCode;

use scorebox_core::Cost;
use scorebox_eval::{Plan, ResultSink, RowResult, RunRecord, SinkError, stop_signal};
use scorebox_gateway::Gateway;

use super::print;
use crate::exit::Stop;
use crate::terminal::{FAINT, NAME, STRONG, align_right, count, render, table, thousands};

/// Runs a plan whose gateway only counts, and shows what it would ask.
pub(super) async fn run(plan: Plan, record: RunRecord, gateway: &Gateway) -> Result<ExitCode, Stop> {
    let rows = plan.positions();
    let (_stopper, signal) = stop_signal();
    let done = plan.run(record, Box::new(Nowhere), signal, |_| {}, |_| {}).await.map_err(Stop::unfinished)?;
    let failed = done.summary.map_or(0, |summary| summary.predict.map_or(0, |calls| calls.errors));
    print(&report(gateway, rows, failed))
}

fn report(gateway: &Gateway, rows: u64, failed_predictions: u64) -> String {
    let estimates = gateway.estimates();
    let mut text = format!("\n  {} for {}, nothing was sent\n\n", STRONG.paint("Estimate"), count(rows, "row"));
    if estimates.is_empty() {
        return text + "  no model and no peer would be asked\n";
    }
    let mut shown =
        table(["function", "model or peer", "requests", "in the cache", "input tokens", "output tokens", "cost"]);
    let mut total = Some(Cost::ZERO);
    for ((function, model), estimate) in &estimates {
        total = total.zip(estimate.cost).map(|(total, cost)| total.plus(cost));
        shown.add_row([
            NAME.paint(function),
            model.clone(),
            thousands(estimate.requests),
            thousands(estimate.cached),
            thousands(estimate.input_tokens),
            thousands(estimate.output_tokens),
            estimate.cost.map_or_else(|| FAINT.paint("no price"), |cost| cost.to_string()),
        ]);
    }
    align_right(&mut shown, 2..7);
    text += &render(&shown);
    text += &match total {
        Some(total) => format!("\n  about {} in all\n", STRONG.paint(total)),
        None => "\n  Some prices are not known: add them to [prices].\n".to_owned(),
    };
    text += &format!(
        "\n  {}\n",
        FAINT.paint(
            "Tokens are estimated at four characters each, and replies at up to 200 tokens; judges see made-up answers."
        )
    );
    if failed_predictions > 0 {
        text += &format!(
            "  {} could not be predicted without sending anything; what their scorers would ask is not counted.\n",
            count(failed_predictions, "row")
        );
    }
    text
}

/// Keeps nothing: an estimate has no results.
struct Nowhere;

impl ResultSink for Nowhere {
    fn write(&mut self, _: &[RowResult]) -> Result<(), SinkError> {
        Ok(())
    }

    fn sync(&mut self) -> Result<u64, SinkError> {
        Ok(0)
    }

    fn finish(&mut self, _: &mut RunRecord) -> Result<(), SinkError> {
        Ok(())
    }
}
