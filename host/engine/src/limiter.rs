use wasmtime::ResourceLimiter;

use crate::budget::Reservation;
use crate::config::CallLimits;

/// Says no when a guest wants more memory or larger tables than it may have, and remembers that it did: in the guest
/// a refusal surfaces later, as a trap of its allocator.
#[derive(Debug)]
pub(crate) struct Limiter {
    memory_bytes: usize,
    max_memory_bytes: usize,
    table_elements: usize,
    max_table_elements: usize,
    /// The guest's part of the memory of all guests.
    reservation: Reservation,
    /// What was refused first.
    pub(crate) refused: Option<Refusal>,
}

/// What a guest wanted and did not get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    Memory { wanted_bytes: usize, limit_bytes: usize },
    Table { wanted_elements: usize, limit_elements: usize },
}

impl Limiter {
    pub(crate) fn new(limits: &CallLimits, reservation: Reservation) -> Self {
        Self {
            memory_bytes: 0,
            max_memory_bytes: limits.memory_bytes,
            table_elements: 0,
            max_table_elements: limits.table_elements,
            reservation,
            refused: None,
        }
    }

    /// The linear memory that the guest has grown to.
    pub(crate) fn memory_bytes(&self) -> usize {
        self.memory_bytes
    }
}

impl ResourceLimiter for Limiter {
    fn memory_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let total = self.memory_bytes.saturating_add(desired.saturating_sub(current));
        if total > self.max_memory_bytes {
            let refusal = Refusal::Memory { wanted_bytes: total, limit_bytes: self.max_memory_bytes };
            self.refused.get_or_insert(refusal);
            return Ok(false);
        }
        self.memory_bytes = total;
        self.reservation.cover(total);
        Ok(true)
    }

    fn table_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let total = self.table_elements.saturating_add(desired.saturating_sub(current));
        if total > self.max_table_elements {
            let refusal = Refusal::Table { wanted_elements: total, limit_elements: self.max_table_elements };
            self.refused.get_or_insert(refusal);
            return Ok(false);
        }
        self.table_elements = total;
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::MemoryBudget;

    #[tokio::test]
    async fn the_first_refusal_is_remembered() {
        let limits = CallLimits { memory_bytes: 100, table_elements: 10, ..CallLimits::default() };
        let mut limiter = Limiter::new(&limits, MemoryBudget::new(1_000).reserve(0, || false).await);
        assert!(limiter.memory_growing(0, 60, None).unwrap());
        assert!(!limiter.memory_growing(0, 60, None).unwrap(), "the memories of a guest count together");
        assert!(!limiter.table_growing(0, 11, None).unwrap());
        assert_eq!(limiter.refused, Some(Refusal::Memory { wanted_bytes: 120, limit_bytes: 100 }));
    }
}
