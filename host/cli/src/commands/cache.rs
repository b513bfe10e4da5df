use std::process::ExitCode;

use bytesize::ByteSize;
use scorebox_gateway::{CacheInfo, ReplyCache};

use super::{print, print_json};
use crate::arguments::ListArguments;
use crate::config::reply_cache_dir;
use crate::exit::Stop;
use crate::terminal::{FAINT, count};

/// Shows what is in the reply cache.
pub(crate) fn info(arguments: &ListArguments) -> Result<ExitCode, Stop> {
    let info = cache()?.info().map_err(Stop::unfinished)?;
    if arguments.json {
        return print_json(&info);
    }
    print(&format!(
        "  {} {}\n  {} {}\n",
        FAINT.paint("folder "),
        info.folder.display(),
        FAINT.paint("replies"),
        amount(&info)
    ))
}

/// Removes everything from the reply cache.
pub(crate) fn clear() -> Result<ExitCode, Stop> {
    let removed = cache()?.clear().map_err(Stop::unfinished)?;
    print(&format!("  removed {} from {}\n", amount(&removed), removed.folder.display()))
}

fn amount(info: &CacheInfo) -> String {
    let replies = if info.replies == 1 { "1 reply".to_owned() } else { count(info.replies, "replie") };
    format!("{replies}, {}", ByteSize::b(info.bytes))
}

fn cache() -> Result<ReplyCache, Stop> {
    let Some(folder) = reply_cache_dir() else {
        let message = "there is no place for a cache: set HOME, XDG_CACHE_HOME or SCOREBOX_CACHE_DIR";
        return Err(Stop::Input(anyhow::Error::msg(message)));
    };
    Ok(ReplyCache::new(folder))
}
