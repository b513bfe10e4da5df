//! What the behaviour tests share: guests built from source, engines, and a builder for one scorer's calls.
//!
//! Nothing here knows more of the engine than its public face.

mod call;
mod engine;
mod gateway;
mod guests;
mod hand_written;
mod languages;
mod memory;
mod recorded;

pub use call::{Call, example, example_with};
pub use engine::{curious, engine, hostile, load};
pub use gateway::FakeGateway;
pub use guests::{
    curious_component, hostile_component, hostile_javascript_component, hostile_python_component, text_component,
};
pub use hand_written::{HandWritten, ScorerText, component_from_text};
pub use languages::{component_of_folder, repository};
pub use memory::resident_bytes;
pub use recorded::Recorded;
