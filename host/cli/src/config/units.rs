//! Times and sizes as people write them.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use bytesize::ByteSize;
use jiff::SignedDuration;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::{Serialize, Serializer};

/// A span of time, written `"10s"`, `"500ms"` or `"2m 30s"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Time(Duration);

impl Time {
    pub(super) fn get(self) -> Duration {
        self.0
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TimeVisitor;
        impl Visitor<'_> for TimeVisitor {
            type Value = Time;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a time with its unit, such as \"10s\" or \"500ms\"")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Time, E> {
                let time = text.parse::<SignedDuration>().ok().and_then(|time| Duration::try_from(time).ok());
                match time {
                    Some(time) if !time.is_zero() => Ok(Time(time)),
                    _ => Err(E::invalid_value(de::Unexpected::Str(text), &self)),
                }
            }
        }
        deserializer.deserialize_str(TimeVisitor)
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:?}", self.0))
    }
}

impl JsonSchema for Time {
    fn schema_name() -> Cow<'static, str> {
        "Time".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "description": "A time with its unit.", "examples": ["10s", "500ms"] })
    }
}

/// A number of bytes, written `"64MiB"`, `"10 kB"` or `65536`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ByteCount(usize);

impl ByteCount {
    pub(super) fn get(self) -> usize {
        self.0
    }
}

impl<'de> Deserialize<'de> for ByteCount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ByteCountVisitor;
        impl Visitor<'_> for ByteCountVisitor {
            type Value = ByteCount;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a size, such as \"64MiB\", \"10 kB\" or 65536")
            }

            fn visit_i64<E: de::Error>(self, bytes: i64) -> Result<ByteCount, E> {
                let count = usize::try_from(bytes);
                count.map(ByteCount).map_err(|_| E::invalid_value(de::Unexpected::Signed(bytes), &self))
            }

            fn visit_u64<E: de::Error>(self, bytes: u64) -> Result<ByteCount, E> {
                let count = usize::try_from(bytes);
                count.map(ByteCount).map_err(|_| E::invalid_value(de::Unexpected::Unsigned(bytes), &self))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<ByteCount, E> {
                let bytes = text.parse::<ByteSize>().ok().and_then(|size| usize::try_from(size.as_u64()).ok());
                bytes.map(ByteCount).ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_any(ByteCountVisitor)
    }
}

/// A size of linear memory: WebAssembly's addresses have 32 bits.
pub(super) fn linear_memory<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<ByteCount>, D::Error> {
    const MAX_BYTES: u64 = 4 << 30;
    let size = Option::<ByteCount>::deserialize(deserializer)?;
    match size {
        Some(ByteCount(bytes)) if bytes as u64 > MAX_BYTES => {
            Err(de::Error::custom("a plugin can have at most 4 GiB of memory"))
        }
        size => Ok(size),
    }
}

impl Serialize for ByteCount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl JsonSchema for ByteCount {
    fn schema_name() -> Cow<'static, str> {
        "ByteCount".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": ["string", "integer"],
            "minimum": 0,
            "description": "A size: bytes, or a text with a unit.",
            "examples": ["64MiB", 65536],
        })
    }
}
