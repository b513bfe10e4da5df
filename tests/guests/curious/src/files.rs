//! Files.

use crate::wasi::filesystem::preopens::get_directories;
use crate::wasi::filesystem::types::{Descriptor, DescriptorFlags, OpenFlags, PathFlags};
use crate::{Scored, failed, text};

pub(crate) fn preopens(_: &str) -> Scored {
    let names: Vec<_> = get_directories().into_iter().map(|(_, name)| name).collect();
    text(names.join(","))
}

/// Reads the file that is named in the row, following links.
pub(crate) fn read_file(path: &str) -> Scored {
    in_first_directory(|dir| {
        let file = dir.open_at(PathFlags::SYMLINK_FOLLOW, path, OpenFlags::empty(), DescriptorFlags::READ);
        match file.and_then(|file| file.read(1000, 0)) {
            Ok((bytes, _)) => text(String::from_utf8_lossy(&bytes)),
            Err(code) => failed(format!("cannot read: {}", code.name())),
        }
    })
}

/// Writes a file of the name that stands in the row.
pub(crate) fn write_file(path: &str) -> Scored {
    in_first_directory(|dir| {
        let file = dir.open_at(PathFlags::SYMLINK_FOLLOW, path, OpenFlags::CREATE, DescriptorFlags::WRITE);
        match file.and_then(|file| file.write(b"written by a guest", 0)) {
            Ok(bytes) => text(bytes.to_string()),
            Err(code) => failed(format!("cannot write: {}", code.name())),
        }
    })
}

fn in_first_directory(work: impl FnOnce(&Descriptor) -> Scored) -> Scored {
    match get_directories().first() {
        Some((dir, _)) => work(dir),
        None => failed("there is no directory"),
    }
}
