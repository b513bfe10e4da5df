//! A PostgreSQL server of the tests' own: the real one, in a temporary folder, on a socket that nobody else sees.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};

/// How long the server may take to answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs the server until its standard input ends, which is when the process that holds the other end is gone, in
/// whatever way; then stops it at once and removes the folder. A terminal's Ctrl-C goes to this shell too.
const WATCH: &str = r#"
trap '' INT TERM
"$1" -D "$2/data" -k "$2" -c listen_addresses='' -c max_connections=200 >"$2/log" 2>&1 &
server=$!
read -r _
kill -QUIT "$server"
wait "$server"
rm -rf "$2"
"#;

/// A PostgreSQL server. It and its folder are gone when it is dropped, or when the process ends or is killed.
#[derive(Debug)]
pub struct PostgresServer {
    folder: PathBuf,
    tools: Tools,
    databases: AtomicU64,
    watcher: Child,
    /// The server runs as long as this is open.
    lifeline: Option<ChildStdin>,
}

/// Where the server's programs are, and who may run them: PostgreSQL refuses to run as root.
#[derive(Clone, Debug)]
struct Tools {
    programs: PathBuf,
    user: Option<User>,
}

#[derive(Clone, Debug)]
struct User {
    name: &'static str,
    uid: u32,
    gid: u32,
}

impl PostgresServer {
    /// The server of this process, which starts when it is first wanted. None where there is no PostgreSQL, which is said
    /// on standard error; with `SCOREBOX_TEST_POSTGRES=required` in the environment that is a panic.
    ///
    /// # Panics
    /// Where the server is required and does not start.
    pub fn shared() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<PostgresServer>> = OnceLock::new();
        let started = SHARED.get_or_init(|| {
            let is_required = std::env::var("SCOREBOX_TEST_POSTGRES").is_ok_and(|wish| wish == "required");
            match Self::start() {
                Ok(server) => Some(server),
                Err(error) if is_required => panic!("PostgreSQL is required and does not start: {error:#}"),
                Err(error) => {
                    // Not with eprintln!, which the test harness swallows.
                    let _ = writeln!(std::io::stderr(), "SKIPPED: what needs PostgreSQL: {error:#}");
                    None
                }
            }
        });
        started.as_ref()
    }

    /// Starts a server with its defaults for durability.
    pub fn start() -> anyhow::Result<Self> {
        let tools = Tools::find()?;
        let folder = make_folder(&tools)?;
        let mut watcher = match tools.initialise(&folder).and_then(|()| tools.watch(&folder)) {
            Ok(watcher) => watcher,
            Err(error) => {
                let _ = fs::remove_dir_all(&folder);
                return Err(error);
            }
        };
        let lifeline = watcher.stdin.take();
        let server = Self { folder, tools, databases: AtomicU64::new(0), watcher, lifeline };
        server.wait_until_ready()?;
        Ok(server)
    }

    /// Makes an empty database, and answers with its URL.
    pub fn new_database(&self) -> anyhow::Result<String> {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let mut create = Command::new(self.tools.programs.join("createdb"));
        run(create.arg("-h").arg(&self.folder).args(["-U", "postgres", "-T", "template0", &name]))?;
        let host = self.folder.display().to_string().replace('%', "%25").replace('/', "%2F");
        Ok(format!("postgres://postgres@{host}/{name}"))
    }

    /// The process that the server runs in, for who wants to measure it.
    pub fn process_id(&self) -> anyhow::Result<u32> {
        let path = self.folder.join("data/postmaster.pid");
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        text.lines().next().context("the file is empty")?.parse().context("no process id in the file")
    }

    fn wait_until_ready(&self) -> anyhow::Result<()> {
        let began = Instant::now();
        loop {
            let mut ready = Command::new(self.tools.programs.join("pg_isready"));
            ready.arg("-q").arg("-h").arg(&self.folder).args(["-U", "postgres"]);
            if ready.status().context("cannot run pg_isready")?.success() {
                return Ok(());
            }
            let log = || fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            ensure!(began.elapsed() < PATIENCE, "the server does not answer: {}", log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        drop(self.lifeline.take());
        let _ = self.watcher.wait();
    }
}

impl Tools {
    fn find() -> anyhow::Result<Self> {
        Ok(Self { programs: programs()?, user: other_user()? })
    }

    /// The command as a user that PostgreSQL accepts.
    fn command(&self, program: &Path) -> Command {
        let Some(user) = &self.user else { return Command::new(program) };
        let mut command = Command::new("setpriv");
        command.arg(format!("--reuid={}", user.uid)).arg(format!("--regid={}", user.gid));
        command.args(["--clear-groups", "--"]).arg(program);
        command
    }

    fn initialise(&self, folder: &Path) -> anyhow::Result<()> {
        let mut initialise = self.command(&self.programs.join("initdb"));
        initialise.arg("-D").arg(folder.join("data"));
        initialise.args(["--auth=trust", "--encoding=UTF8", "--locale=C", "--username=postgres", "--no-sync"]);
        run(&mut initialise)
    }

    fn watch(&self, folder: &Path) -> anyhow::Result<Child> {
        let mut watch = self.command(Path::new("/bin/sh"));
        watch.args(["-c", WATCH, "watch"]).arg(self.programs.join("postgres")).arg(folder).current_dir("/");
        watch.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        watch.spawn().context("cannot start the server")
    }
}

/// The newest of Debian's folders, or the one that PATH leads to.
fn programs() -> anyhow::Result<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let debian = versions.map(|version| version.path().join("bin"));
    let mut debian: Vec<_> = debian.filter(|folder| folder.join("postgres").is_file()).collect();
    debian.sort();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut others = std::env::split_paths(&path).filter(|folder| folder.join("postgres").is_file());
    debian.pop().or_else(|| others.next()).context("no `postgres` in /usr/lib/postgresql or PATH")
}

/// Whom to run the server as, where this process may not run it itself.
fn other_user() -> anyhow::Result<Option<User>> {
    let output = Command::new("id").arg("-u").output().context("cannot run `id`")?;
    if output.stdout != b"0\n" {
        return Ok(None);
    }
    let passwd = fs::read_to_string("/etc/passwd").context("cannot read /etc/passwd")?;
    for name in ["postgres", "nobody"] {
        let Some(line) = passwd.lines().find(|line| line.split(':').next() == Some(name)) else { continue };
        let ids: Vec<u32> = line.split(':').skip(2).take(2).filter_map(|id| id.parse().ok()).collect();
        if let [uid, gid] = ids[..] {
            return Ok(Some(User { name, uid, gid }));
        }
    }
    bail!("PostgreSQL does not run as root, and there is no user `postgres` or `nobody` to run it as")
}

/// A folder that the server's user owns, with a path that is short enough for a socket.
fn make_folder(tools: &Tools) -> anyhow::Result<PathBuf> {
    static MADE: AtomicU64 = AtomicU64::new(0);
    let name = format!("scorebox-pg-{}-{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
    let folder = std::env::temp_dir().join(name);
    fs::create_dir(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    if let Some(user) = &tools.user {
        chown(&folder, Some(user.uid), Some(user.gid))
            .with_context(|| format!("cannot give {} to {}", folder.display(), user.name))?;
    }
    Ok(folder)
}

fn run(command: &mut Command) -> anyhow::Result<()> {
    let output = command.current_dir("/").output().with_context(|| format!("cannot run {command:?}"))?;
    ensure!(output.status.success(), "{command:?} failed: {}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_has_databases_of_its_own_and_is_gone_when_it_is_dropped() -> anyhow::Result<()> {
        if PostgresServer::shared().is_none() {
            return Ok(());
        }
        let server = PostgresServer::start()?;
        assert_ne!(server.new_database()?, server.new_database()?);
        let (folder, process) = (server.folder.clone(), server.process_id()?);
        let is_running = || Path::new("/proc").join(process.to_string()).exists();
        assert!(folder.exists() && is_running());
        drop(server);
        assert!(!folder.exists() && !is_running());
        Ok(())
    }
}
