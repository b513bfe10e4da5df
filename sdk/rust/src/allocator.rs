//! The allocator of a component.
//!
//! The standard library's grows the memory at the first allocation, whatever room there is. This newer version of the
//! same allocator begins with the heap that the linker laid out, so that a fresh instance which needs no more than that
//! costs the host no change of its address space.

use dlmalloc::GlobalDlmalloc;

#[global_allocator]
static ALLOCATOR: GlobalDlmalloc = GlobalDlmalloc;
