/// A set of an example's fields, beside its id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fields(u8);

impl Fields {
    /// No field.
    pub const NONE: Self = Self(0);
    /// `inputs`
    pub const INPUTS: Self = Self(1);
    /// `outputs`
    pub const OUTPUTS: Self = Self(1 << 1);
    /// `expectations`
    pub const EXPECTATIONS: Self = Self(1 << 2);
    /// `trace`
    pub const TRACE: Self = Self(1 << 3);
    /// `tags`
    pub const TAGS: Self = Self(1 << 4);
    /// Every field.
    pub const ALL: Self = Self(0b1_1111);

    /// The fields that are in either set.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all fields of `other` are in this set.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// The kind of value that a scorer's feedback has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueKind {
    /// Passed or failed.
    Boolean,
    /// A whole number.
    Integer,
    /// A finite number.
    Number,
    /// One label.
    Text,
    /// Anything else.
    Json,
    /// Depends on the config or on the feedback's name.
    Varies,
}

/// How a scorer's values are summed up over a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aggregation {
    /// The arithmetic mean.
    Mean,
    /// The least value.
    Min,
    /// The greatest value.
    Max,
    /// The 50th percentile.
    Median,
    /// The 90th percentile.
    P90,
    /// The sample variance.
    Variance,
}
