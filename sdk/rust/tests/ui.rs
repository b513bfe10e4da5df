//! Misuse of the macros is a compile error that points at the offending token and says what would be right.

#[test]
fn misuse_is_a_good_compile_error() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
