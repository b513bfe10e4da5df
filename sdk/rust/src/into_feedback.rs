use crate::{Error, Feedback, JsonText, Result, ValueKind};

/// What a scorer may return: a plain value, a [`Feedback`], several of them, or a `Result` of any of these.
#[diagnostic::on_unimplemented(
    message = "a scorer cannot return `{Self}`",
    label = "expected bool, an integer, f64, a text, JSON, Feedback, Vec<Feedback>, or a Result of one of these"
)]
pub trait IntoFeedback {
    /// The kind of value, as far as the type tells it.
    const RETURNS: ValueKind;

    /// The feedback.
    fn into_feedback(self) -> Result<Vec<Feedback>>;
}

macro_rules! plain_values {
    ($($plain:ty => $kind:ident,)*) => {
        $(impl IntoFeedback for $plain {
            const RETURNS: ValueKind = ValueKind::$kind;

            fn into_feedback(self) -> Result<Vec<Feedback>> {
                Ok(vec![Feedback::new(self)])
            }
        })*
    };
}

plain_values! {
    bool => Boolean,
    i8 => Integer,
    i16 => Integer,
    i32 => Integer,
    i64 => Integer,
    u8 => Integer,
    u16 => Integer,
    u32 => Integer,
    usize => Integer,
    f32 => Number,
    f64 => Number,
    String => Text,
    &str => Text,
    JsonText => Json,
    serde_json::Value => Json,
}

impl IntoFeedback for Feedback {
    const RETURNS: ValueKind = ValueKind::Varies;

    fn into_feedback(self) -> Result<Vec<Feedback>> {
        Ok(vec![self])
    }
}

impl IntoFeedback for Vec<Feedback> {
    const RETURNS: ValueKind = ValueKind::Varies;

    fn into_feedback(self) -> Result<Vec<Feedback>> {
        Ok(self)
    }
}

impl<T: IntoFeedback, E: Into<Error>> IntoFeedback for Result<T, E> {
    const RETURNS: ValueKind = T::RETURNS;

    fn into_feedback(self) -> Result<Vec<Feedback>> {
        self.map_err(Into::into)?.into_feedback()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_values_become_one_nameless_feedback() {
        assert_eq!(true.into_feedback(), Ok(vec![Feedback::new(true)]));
        assert_eq!("good".into_feedback(), Ok(vec![Feedback::new("good")]));
        assert_eq!(7_usize.into_feedback(), Ok(vec![Feedback::new(7_i64)]));
    }

    #[test]
    fn a_foreign_error_becomes_a_failure() {
        let result: Result<f64, std::num::ParseFloatError> = "x".parse::<f64>();
        assert_eq!(result.into_feedback(), Err(Error::failed("invalid float literal")));
    }

    #[test]
    fn nan_is_passed_on_for_the_host_to_refuse() {
        let feedback = f64::NAN.into_feedback().unwrap();
        assert!(matches!(feedback[0].value, crate::Value::Number(number) if number.is_nan()));
    }
}
