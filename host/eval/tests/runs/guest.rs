//! A component of a few instructions that scores rows, batches and sessions, and predicts.

use std::fmt::Write as _;

use scorebox_tests::component_from_text;

const WIT: &str = "package test:guest; world guest {
    import scorebox:plugin/llm@1.0.0;
    export scorebox:plugin/scorers@1.0.0;
    export scorebox:plugin/predictors@1.0.0;
}";

/// Where the texts stand, each with room for 16 bytes.
const TEXTS: [(usize, &str); 5] =
    [(1024, "row"), (1040, "session"), (1056, "{}"), (1072, "echo"), (1088, "nothing is asked")];
const SCORERS: usize = 1200;
const PREDICTORS: usize = 1300;

/// Two scorers and a predict function:
///
/// - `row` gives 1; in batches, how many rows the batch has.
/// - `session` gives how many turns there are.
/// - `echo` answers with the inputs, and fails when they are `{}`.
pub(crate) fn pure() -> Vec<u8> {
    component(NOT_ASKED, "")
}

/// The same; each instance counts for a while before anything can be asked of it.
pub(crate) fn dear() -> Vec<u8> {
    component(NOT_ASKED, SLOW_START)
}

/// Dear and waiting.
pub(crate) fn dear_and_waiting() -> Vec<u8> {
    component(ASKED, SLOW_START)
}

/// The same; each call asks for an embedding first.
pub(crate) fn waiting() -> Vec<u8> {
    component(ASKED, "")
}

const NOT_ASKED: &str = "(func $embed (param i32 i32 i32 i32 i32))";
const ASKED: &str = r#"(import "scorebox:plugin/llm@1.0.0" "embed" (func $embed (param i32 i32 i32 i32 i32)))"#;
const SLOW_START: &str = "
    (func $start (local $count i32)
        (loop $again
            (br_if $again (i32.lt_u
                (local.tee $count (i32.add (local.get $count) (i32.const 1)))
                (i32.const 2000000)))))
    (start $start)";

fn component(embed: &str, start: &str) -> Vec<u8> {
    let module = format!(
        r#"(module
            {embed}
            {start}
            (memory (export "memory") 2)
            (global $heap (mut i32) (i32.const 4096))
            {data}
            (func $allocate (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
                (local $block i32)
                (local.set $block (i32.and (i32.add (global.get $heap) (i32.const 7)) (i32.const -8)))
                (global.set $heap (i32.add (local.get $block) (local.get 3)))
                (local.get $block))
            (func $ask
                (call $embed (i32.const 1024) (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 512)))
            ;; Writes one feedback with an integer to address 64, and says at an address that it is the result.
            (func $answer (param $at i32) (param $integer i32)
                (i32.store8 (i32.const 80) (i32.const 1))
                (i64.store (i32.const 88) (i64.extend_i32_u (local.get $integer)))
                (i32.store (i32.add (local.get $at) (i32.const 4)) (i32.const 64))
                (i32.store (i32.add (local.get $at) (i32.const 8)) (i32.const 1)))
            (func (export "scorebox:plugin/scorers@1.0.0#describe") (result i32) i32.const 32)
            (func (export "scorebox:plugin/scorers@1.0.0#score") (param i32) (result i32)
                (call $ask)
                (call $answer (i32.const 0) (i32.const 1))
                (i32.const 0))
            (func (export "scorebox:plugin/scorers@1.0.0#score-batch")
                (param i32 i32 i32 i32 i32) (param $rows i32) (result i32)
                (local $results i32) (local $row i32)
                (call $ask)
                (local.set $results (call $allocate
                    (i32.const 0) (i32.const 0) (i32.const 8) (i32.mul (local.get $rows) (i32.const 16))))
                (loop $each
                    (call $answer
                        (i32.add (local.get $results) (i32.mul (local.get $row) (i32.const 16))) (local.get $rows))
                    (local.set $row (i32.add (local.get $row) (i32.const 1)))
                    (br_if $each (i32.lt_u (local.get $row) (local.get $rows))))
                (i32.store (i32.const 0) (local.get $results))
                (i32.store (i32.const 4) (local.get $rows))
                (i32.const 0))
            (func (export "scorebox:plugin/scorers@1.0.0#score-session")
                (param i32 i32 i32 i32 i32) (param $turns i32) (result i32)
                (call $ask)
                (call $answer (i32.const 0) (local.get $turns))
                (i32.const 0))
            (func (export "scorebox:plugin/predictors@1.0.0#describe") (result i32) i32.const 40)
            (func (export "scorebox:plugin/predictors@1.0.0#predict")
                (param i32 i32 i32 i32) (param $inputs i32) (param $length i32) (result i32)
                (call $ask)
                (if (i32.eq (local.get $length) (i32.const 2)) (then
                    (i32.store8 (i32.const 0) (i32.const 1))
                    (i32.store8 (i32.const 4) (i32.const 3))
                    (i32.store (i32.const 8) (i32.const 1088))
                    (i32.store (i32.const 12) (i32.const 16))
                    (return (i32.const 0))))
                (i32.store (i32.const 4) (local.get $inputs))
                (i32.store (i32.const 8) (local.get $length))
                (i32.const 0)))"#,
        data = data()
    );
    component_from_text(WIT, &module)
}

/// What the component says about itself, as it stands in memory.
fn data() -> String {
    let [row, session, empty, echo, _] = TEXTS;
    let mut scorers = Vec::new();
    for (name, scope) in [(row, 0), (session, 1)] {
        scorers
            .extend([name, empty, empty].into_iter().flat_map(|(address, text)| [address, text.len()]).flat_map(word));
        // Scope, required fields, further fields, and the kind of value: integer.
        scorers.extend([scope, 0, 0, 1]);
        scorers.extend([0, 0].into_iter().flat_map(word));
    }
    let predictor = [echo, empty, empty].into_iter().flat_map(|(address, text)| [address, text.len()]).flat_map(word);
    let lists = [SCORERS, 2, PREDICTORS, 1].into_iter().flat_map(word).collect();
    let mut pieces = vec![(32, lists), (SCORERS, scorers), (PREDICTORS, predictor.collect())];
    pieces.extend(TEXTS.map(|(address, text)| (address, text.as_bytes().to_vec())));
    let mut data = String::new();
    for (address, bytes) in pieces {
        write!(data, "(data (i32.const {address}) \"").unwrap();
        bytes.iter().for_each(|byte| write!(data, "\\{byte:02x}").unwrap());
        data.push_str("\")\n");
    }
    data
}

fn word(number: usize) -> [u8; 4] {
    u32::try_from(number).unwrap().to_le_bytes()
}
