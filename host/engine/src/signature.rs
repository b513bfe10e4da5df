//! The functions of the contract and their types.
#![allow(unsafe_code, reason = "wasmtime's unchecked typing of a function, see `Export::of`")]

use std::marker::PhantomData;

use wasmtime::AsContextMut;
use wasmtime::component::{ComponentExportIndex, ComponentNamedList, Instance, Lift, Lower, TypedFunc};

use crate::bindings::{predictors, scorers, types};

/// One function that a guest exports.
pub(crate) trait Signature {
    /// What it takes.
    type Params<'a>: ComponentNamedList + Lower + Send + Sync;
    /// What it gives.
    type Return: ComponentNamedList + Lift + Send + Sync + 'static;
}

type PluginResult<T> = Result<T, types::PluginError>;
/// What scoring one example gives.
pub(crate) type Answer = PluginResult<Vec<types::Feedback>>;

macro_rules! signature {
    ($(#[$doc:meta])* $name:ident ($($param:ty),*) -> $return:ty) => {
        $(#[$doc])*
        pub(crate) struct $name;

        impl Signature for $name {
            type Params<'a> = ($($param,)*);
            type Return = ($return,);
        }
    };
}

signature!(/** `scorers.describe` */ DescribeScorers() -> Vec<scorers::ScorerInfo>);
signature!(/** `scorers.score` */ Score(&'a str, &'a str, types::Example<'a>) -> Answer);
signature!(/** `scorers.score-batch` */ ScoreBatch(&'a str, &'a str, &'a [types::Example<'a>]) -> Vec<Answer>);
signature!(/** `scorers.score-session` */ ScoreSession(&'a str, &'a str, &'a [types::Example<'a>]) -> Answer);
signature!(/** `predictors.describe` */ DescribePredictors() -> Vec<predictors::PredictorInfo>);
signature!(/** `predictors.predict` */ Predict(&'a str, &'a str, &'a str) -> PluginResult<String>);

/// Where a function is in a component, and that it has the type it should have.
pub(crate) struct Export<S> {
    index: ComponentExportIndex,
    signature: PhantomData<fn() -> S>,
}

impl<S: Signature> Export<S> {
    /// Checks the type of a function, in an instance of the component.
    pub(crate) fn check(
        index: ComponentExportIndex,
        instance: Instance,
        mut store: impl AsContextMut,
    ) -> wasmtime::Result<Self> {
        instance.get_typed_func::<S::Params<'_>, S::Return>(&mut store, &index)?;
        Ok(Self { index, signature: PhantomData })
    }

    /// The function, in an instance of the same component. Its type is not checked again: that would cost as much as a
    /// small call.
    pub(crate) fn of<'a>(
        &self,
        instance: Instance,
        mut store: impl AsContextMut,
    ) -> wasmtime::Result<TypedFunc<S::Params<'a>, S::Return>> {
        let function = instance.get_func(&mut store, self.index);
        let function =
            function.ok_or_else(|| wasmtime::Error::msg("the instance lacks a function of its component"))?;
        // SAFETY: `check` is the only way to make an `Export`, and found the function to be of this type. The type
        // belongs to the component, not to the instance, and an index only finds anything in its own component.
        Ok(unsafe { TypedFunc::new_unchecked(function) })
    }
}
