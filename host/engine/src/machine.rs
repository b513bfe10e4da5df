//! How much memory this machine can spare.

use std::fs;
use std::path::Path;

/// The memory that is available to this process, in bytes: that of the machine, or what its control groups leave. None
/// where the system does not say.
pub(crate) fn available_memory() -> Option<u64> {
    let machine = fs::read_to_string("/proc/meminfo").ok().and_then(|text| available_in(&text));
    let groups = fs::read_to_string("/proc/self/cgroup").ok().and_then(|text| left_by_groups(&text));
    machine.into_iter().chain(groups).min()
}

fn available_in(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

/// The least that any of the process's control groups leaves.
fn left_by_groups(groups: &str) -> Option<u64> {
    let left = groups.lines().filter_map(|line| {
        let mut parts = line.splitn(3, ':').skip(1);
        let (controllers, group) = (parts.next()?, parts.next()?);
        if controllers.is_empty() {
            least(Path::new("/sys/fs/cgroup"), group, &V2)
        } else if controllers.split(',').any(|it| it == "memory") {
            least(Path::new("/sys/fs/cgroup/memory"), group, &V1)
        } else {
            None
        }
    });
    left.min()
}

/// What a version of control groups calls its figures.
struct Names {
    limit: &'static str,
    usage: &'static str,
    /// Cached files that the kernel gives up first, in `memory.stat`: part of the usage, and as good as free.
    reclaimable: &'static str,
}

const V2: Names = Names { limit: "memory.max", usage: "memory.current", reclaimable: "inactive_file" };
const V1: Names =
    Names { limit: "memory.limit_in_bytes", usage: "memory.usage_in_bytes", reclaimable: "total_inactive_file" };

/// The least that a group and those around it leave. A container sees its own group at the root.
fn least(root: &Path, group: &str, names: &Names) -> Option<u64> {
    let innermost = root.join(group.trim_start_matches('/'));
    let within = innermost.ancestors().take_while(|folder| folder.starts_with(root));
    within.filter_map(|folder| left_in(folder, names)).min()
}

fn left_in(group: &Path, names: &Names) -> Option<u64> {
    let number = |name: &str| fs::read_to_string(group.join(name)).ok()?.trim().parse::<u64>().ok();
    let (limit, usage) = (number(names.limit)?, number(names.usage)?);
    let figures = fs::read_to_string(group.join("memory.stat")).unwrap_or_default();
    let reclaimable = figures.lines().find_map(|line| line.strip_prefix(names.reclaimable)?.trim().parse().ok());
    Some(limit.saturating_sub(usage.saturating_sub(reclaimable.unwrap_or(0))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machine_says_what_is_available() {
        assert_eq!(available_in("MemTotal: 10 kB\nMemAvailable:    2048 kB\nBuffers: 1 kB\n"), Some(2 * 1024 * 1024));
        assert_eq!(available_in("MemTotal: 10 kB\n"), None);
    }

    #[test]
    fn the_tightest_group_counts() {
        let root = tempfile::tempdir().unwrap();
        let inner = root.path().join("system/service");
        fs::create_dir_all(&inner).unwrap();
        let write = |folder: &Path, limit: &str, usage: &str| {
            fs::write(folder.join("memory.max"), limit).unwrap();
            fs::write(folder.join("memory.current"), usage).unwrap();
        };
        let left = || least(root.path(), "/system/service", &V2);
        assert_eq!(left(), None);
        write(&inner, "max\n", "10\n");
        assert_eq!(left(), None);
        write(&root.path().join("system"), "1000\n", "300\n");
        assert_eq!(left(), Some(700));
        write(&inner, "500\n", "600\n");
        assert_eq!(left(), Some(0));
        fs::write(inner.join("memory.stat"), "anon 10\ninactive_file 450\nactive_file 7\n").unwrap();
        assert_eq!(left(), Some(350), "cached files are given up first");
    }
}
