"""The private PostGIS server of this checkout: made, started and stopped without touching any system service.

    cluster.py start        starts it and leaves it running (quick when it already runs)
    cluster.py stop         stops it and waits until it has stopped
    cluster.py url          prints the address an administrator connects with
    cluster.py status       says whether it runs; exit 3 when it does not
    cluster.py with CMD...  runs CMD with ROADS_TEST_DATABASE_URL set, on a server that stays up for so long
    cluster.py test CMD...  the same on a server made for it, which waits for no disk and is thrown away afterwards

The data lie in `.local/pg`. PostgreSQL refuses to run as root: for root the server runs as the owner of the data (user
`postgres` at first), and where that user cannot enter the checkout, the data lie in
/var/lib/sapaly-zhol/<hash of the path>. Those of the server for tests lie in `tests/pg` beside them.
"""

import fcntl
import hashlib
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from children import StopAskedError, run_child, stop_on_signals

CHECKOUT = Path(__file__).resolve().parent.parent
FAR_BASE = Path("/var/lib/sapaly-zhol")
OLDEST_POSTGRESQL = 15
# Below the range from which the kernel lends ports to outgoing connections: a remembered port is rarely taken.
FIRST_PORT, PORTS = 15432, 4000
# A Unix socket path holds 107 bytes, its file name being `.s.PGSQL.<port>`.
LONGEST_SOCKET_FOLDER = 107 - len("/.s.PGSQL.12345")
ORPHAN_WAIT_S = 10
MEBIBYTE = 1024 * 1024
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - the folders made there are closed to others
LARGEST_LOG = 10 * MEBIBYTE


NOTHING_TO_LOSE = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "512MB",
    # To drop a database is to look through all of them.
    "shared_buffers": "256MB",
}
"""What spares a server whose data end with it the work of surviving a crash."""


# Its password is as long and as random as the other server's.
QUICK_TO_USE = ["--auth=md5", "--no-sync"]


class SetUpError(Exception):
    """Something the person at the keyboard has to settle, said in one line."""


@dataclass(frozen=True)
class Programs:
    """The server programs of one PostgreSQL version, all in one folder, and what PostGIS says of itself for it."""

    folder: Path
    version: int
    postgis: Path


@dataclass(frozen=True)
class Cluster:
    """Where one private server keeps its things, and as whom its processes run."""

    base: Path
    owner: pwd.struct_passwd
    is_for_tests: bool = False

    @property
    def data(self) -> Path:
        """For tests in memory where there is plenty: ext4 is slow to make files soon after it removed as many."""
        if self.is_for_tests and has_memory_to_spare():
            return SHARED_MEMORY / f"sapaly-zhol-{path_hash(self.base)}"
        return self.base / "pg"

    @property
    def password_file(self) -> Path:
        return self.base / "pg-password"

    @property
    def port_file(self) -> Path:
        return self.base / "pg-port"

    @property
    def kept_file(self) -> Path:
        """Names the server that somebody started by hand: commands that merely use it leave it running."""
        return self.base / "pg-kept"

    @property
    def log(self) -> Path:
        return self.data / "server.log"

    @property
    def socket_folder(self) -> Path:
        """The data folder, unless its path is too long for a socket."""
        if len(os.fsencode(self.data)) <= LONGEST_SOCKET_FOLDER:
            return self.data
        return Path(tempfile.gettempdir()) / f"sapaly-zhol-{path_hash(self.base)}"


def say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def path_hash(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:16]


# --- who and where ---


def cluster_of(checkout: Path) -> Cluster:
    """The cluster that belongs to a checkout, whether or not it has been made."""
    near = checkout / ".local"
    if os.geteuid() != 0:
        return Cluster(near, pwd.getpwuid(os.geteuid()))
    if (near / "pg").exists():
        return Cluster(near, pwd.getpwuid((near / "pg").stat().st_uid))
    owner = postgres_account()
    make_folder(near)
    return Cluster(near if may_enter(owner, near) else FAR_BASE / path_hash(checkout), owner)


def for_tests(cluster: Cluster) -> Cluster:
    """The server beside it that tests fill and drop databases on by the hundred: nothing on it is worth a disk's time.

    It is a server of its own, so that a power cut during a test loses nothing that `make run` keeps.
    """
    return Cluster(cluster.base / "tests", cluster.owner, is_for_tests=True)


def postgres_account() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        raise SetUpError("The user postgres is missing: run `make setup`, which installs PostgreSQL.") from None


def make_folder(folder: Path) -> None:
    """Makes a folder that others may pass through, whatever the umask: the server runs as another user than root."""
    if not folder.exists():
        folder.mkdir(parents=True)
        folder.chmod(0o755)


def may_enter(owner: pwd.struct_passwd, folder: Path) -> bool:
    return run_as(owner, ["test", "-x", str(folder)]).returncode == 0


def run_as(owner: pwd.struct_passwd, command: list[str]) -> subprocess.CompletedProcess[str]:
    """Runs a server program as the owner of the data, with nothing of our environment but the way to the programs.

    Asked to stop meanwhile, it lets the program finish: a server that is half started could not be stopped.
    """
    is_root = os.geteuid() == 0
    program = subprocess.Popen(  # noqa: S603 - the commands are written in this file
        command,
        user=owner.pw_uid if is_root else None,
        group=owner.pw_gid if is_root else None,
        extra_groups=[] if is_root else None,
        env={"PATH": os.defpath, "LC_ALL": "C.UTF-8", "HOME": owner.pw_dir},
        cwd="/",
        start_new_session=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        output, errors = program.communicate()
    except StopAskedError:
        program.communicate()
        raise
    return subprocess.CompletedProcess(command, program.returncode, output, errors)


def programs(version: int | None = None) -> Programs:
    """The newest installed PostgreSQL with PostGIS, or the one version that existing data need."""
    found = sorted(installed_programs(), key=lambda each: each.version, reverse=True)
    for each in found:
        if version in (None, each.version):
            return each
    if version is not None:
        raise SetUpError(
            f"The private server's data were made by PostgreSQL {version}, which is not installed with PostGIS. "
            "Install it, or remove the data to start afresh."
        )
    raise SetUpError(f"No PostgreSQL {OLDEST_POSTGRESQL} or later with PostGIS was found: run `make setup`.")


def installed_programs() -> Iterator[Programs]:
    for folder in Path("/usr/lib/postgresql").glob("[0-9]*/bin"):
        version = int(folder.parent.name)
        postgis = Path(f"/usr/share/postgresql/{version}/extension/postgis.control")
        if version >= OLDEST_POSTGRESQL and (folder / "initdb").exists() and postgis.exists():
            yield Programs(folder, version, postgis)
    elsewhere = programs_by_pg_config()
    if elsewhere is not None:
        yield elsewhere


def programs_by_pg_config() -> Programs | None:
    """PostgreSQL where a package manager other than Debian's has put it."""
    tool = shutil.which("pg_config")
    if tool is None:
        return None
    answer = subprocess.run([tool, "--bindir", "--sharedir", "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    if answer.returncode != 0:
        return None
    folder, share, version = answer.stdout.splitlines()
    major = int("".join(ch if ch.isdigit() else " " for ch in version).split()[0])
    postgis = Path(share) / "extension/postgis.control"
    whole = (Path(folder) / "initdb").exists() and postgis.exists()
    return Programs(Path(folder), major, postgis) if whole and major >= OLDEST_POSTGRESQL else None


# --- making ---


def make(cluster: Cluster) -> Programs:
    """Makes the data folder unless it is there; half a folder left by a killed run is thrown away."""
    if cluster.data.exists():
        return programs(int((cluster.data / "PG_VERSION").read_text()))
    tools = programs()
    say(f"Making a private PostgreSQL {tools.version} server in {cluster.base}")
    unfinished = cluster.data.with_name(f"{cluster.data.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    give_folder(unfinished, cluster.owner)
    password = secrets.token_urlsafe(24)
    write_private(cluster.password_file, password)
    with shown_to(cluster.owner, password) as file:
        initdb(cluster, tools, unfinished, file)
    append_include(unfinished / "postgresql.conf")
    unfinished.rename(cluster.data)
    return tools


def initdb(cluster: Cluster, tools: Programs, folder: Path, password: Path) -> None:
    options = ["--username=postgres", f"--pwfile={password}"]
    options += QUICK_TO_USE if cluster.is_for_tests else ["--auth=scram-sha-256", "--data-checksums"]
    locale = ["--encoding=UTF8", "--locale=C.UTF-8"]
    must(run_as(cluster.owner, [str(tools.folder / "initdb"), f"--pgdata={folder}", *options, *locale]), "initdb")


def append_include(configuration: Path) -> None:
    with configuration.open("a") as file:
        file.write("\ninclude 'sapaly-zhol.conf'  # written anew at every start by .ci/cluster.py\n")


def give_folder(folder: Path, owner: pwd.struct_passwd) -> None:
    folder.mkdir(mode=0o700)
    if os.geteuid() == 0:
        os.chown(folder, owner.pw_uid, owner.pw_gid)


def write_private(path: Path, content: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(content)


@contextmanager
def shown_to(owner: pwd.struct_passwd, secret: str) -> Iterator[Path]:
    """A file that only the owner of the data can read, for as long as initdb needs it."""
    with tempfile.NamedTemporaryFile("w", prefix="sapaly-zhol-") as file:
        file.write(secret)
        file.flush()
        if os.geteuid() == 0:
            os.chown(file.name, owner.pw_uid, owner.pw_gid)
        yield Path(file.name)


def must(answer: subprocess.CompletedProcess[str], what: str) -> None:
    if answer.returncode != 0:
        lines = (answer.stderr or answer.stdout).strip().splitlines() or ["no message"]
        raise SetUpError(f"{what} failed: {' / '.join(lines[-3:])}")


# --- configuration ---


def settings_for_tests(tools: Programs) -> dict[str, str]:
    """What differs where nothing is to be lost."""
    found = re.search(r"^module_pathname = '(.+)'$", tools.postgis.read_text(), re.MULTILINE)
    # Tests make connections by the thousand; to load PostGIS into each takes longer than to connect.
    return {**NOTHING_TO_LOSE, **({"shared_preload_libraries": found[1]} if found else {})}


def settings(cluster: Cluster, memory: int, shared_memory: int) -> dict[str, str]:
    """Settings for a developer's machine: safe on a power cut, quick on bulk work, modest in memory.

    `memory` and `shared_memory` (the size of /dev/shm) are bytes.
    """
    return {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": str(cluster.socket_folder),
        "unix_socket_permissions": "0700",
        "max_connections": "100",
        "shared_buffers": f"{min(max(memory // 8, 128 * MEBIBYTE), 2048 * MEBIBYTE) // MEBIBYTE}MB",
        "effective_cache_size": f"{max(memory // 2, 256 * MEBIBYTE) // MEBIBYTE}MB",
        "work_mem": f"{min(max(memory // 512, 4 * MEBIBYTE), 48 * MEBIBYTE) // MEBIBYTE}MB",
        "maintenance_work_mem": f"{min(max(memory // 32, 64 * MEBIBYTE), 512 * MEBIBYTE) // MEBIBYTE}MB",
        # A container often has a /dev/shm of 64 MB, too little for a parallel hash join.
        "dynamic_shared_memory_type": "posix" if shared_memory >= 1024 * MEBIBYTE else "mmap",
        "max_wal_size": "4GB",
        "min_wal_size": "256MB",
        "checkpoint_timeout": "15min",
        "synchronous_commit": "on",
        "random_page_cost": "1.1",
        # Compiling costs more than it saves on the short statements of this system.
        "jit": "off",
        # One transaction may drop or check a whole schema.
        "max_locks_per_transaction": "256",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "lc_messages": "C.UTF-8",
        "log_line_prefix": "%m [%p] %d ",
    }


def write_settings(cluster: Cluster, tools: Programs) -> None:
    chosen = settings(cluster, memory_bytes(), shared_memory_bytes(cluster.owner))
    chosen |= settings_for_tests(tools) if cluster.is_for_tests else {}
    lines = [f"{name} = '{value}'" for name, value in chosen.items()]
    path = cluster.data / "sapaly-zhol.conf"
    path.write_text("\n".join(lines) + "\n")
    if os.geteuid() == 0:
        os.chown(path, cluster.owner.pw_uid, cluster.owner.pw_gid)


def memory_bytes() -> int:
    """What this machine has, or what its container may use."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limit = Path("/sys/fs/cgroup/memory.max")
    allowed = limit.read_text().strip() if limit.exists() else "max"
    return min(machine, int(allowed)) if allowed.isdigit() else machine


def shared_memory_bytes(owner: pwd.struct_passwd) -> int:
    """The size of /dev/shm, 0 where the server may not write there (some containers and chroots)."""
    if run_as(owner, ["test", "-w", str(SHARED_MEMORY)]).returncode != 0:
        return 0
    size = os.statvfs(SHARED_MEMORY)
    return size.f_frsize * size.f_blocks


def has_memory_to_spare() -> bool:
    """Whether the data of tests, some two gigabytes at most, may lie in memory."""
    if not os.access(SHARED_MEMORY, os.W_OK):
        return False
    size = os.statvfs(SHARED_MEMORY)
    return min(size.f_frsize * size.f_blocks, memory_bytes() // 2) >= 4096 * MEBIBYTE


def choose_port(cluster: Cluster) -> int:
    """The port used last time if it is free, else the first free one from a place that depends on the checkout."""
    for port in ports_to_try(cluster):
        if is_free(port):
            write_private(cluster.port_file, str(port))
            return port
    raise SetUpError(f"No free port between {FIRST_PORT} and {FIRST_PORT + PORTS}.")


def ports_to_try(cluster: Cluster) -> Iterator[int]:
    if cluster.port_file.exists():
        yield int(cluster.port_file.read_text())
    place = int(path_hash(cluster.base), 16)
    for step in range(PORTS):
        yield FIRST_PORT + (place + step) % PORTS


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


# --- starting and stopping ---


def server_pid(cluster: Cluster) -> int | None:
    """The running server of this data folder; a number left behind by a crash and since given to another is none."""
    note = cluster.data / "postmaster.pid"
    if not note.exists():
        return None
    pid = int(note.read_text().splitlines()[0])
    if not Path("/proc/self/cwd").exists():
        return pid if is_alive(pid) else None
    return pid if pid in processes_in(cluster.data) else None


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def processes_in(folder: Path) -> set[int]:
    """The processes whose working folder this is: every process of a PostgreSQL server stands in its data folder."""
    found: set[int] = set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink() == folder:
                found.add(int(process.name))
        except OSError:
            continue  # ended meanwhile, or somebody else's
    return found


def end_orphans(cluster: Cluster) -> None:
    """Ends what a killed server left behind, and removes its notes.

    As long as one process lives, a new server refuses the shared memory; and a note keeps it away when the number in it
    has been given to another process, or the dead one was never reaped (a container without an init).
    """
    give_up_at = time.monotonic() + ORPHAN_WAIT_S
    while orphans := processes_in(cluster.data):
        if time.monotonic() > give_up_at:
            for pid in orphans:
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)
    for note in (cluster.data / "postmaster.pid", *cluster.socket_folder.glob(".s.PGSQL.*")):
        note.unlink(missing_ok=True)


def start(cluster: Cluster) -> None:
    """Starts the server unless it runs. Safe to call from several commands at once."""
    with locked(cluster, "pg-starting", fcntl.LOCK_EX):
        if cluster.is_for_tests and server_pid(cluster) is None:
            throw_away(cluster)
        tools = make(cluster)
        if server_pid(cluster) is None:
            end_orphans(cluster)
            give_socket_folder(cluster)
            write_settings(cluster, tools)
            rotate_log(cluster)
            start_server(cluster, tools, choose_port(cluster))


def throw_away(cluster: Cluster) -> None:
    """Removes the data of a server that has stopped, or was killed: after a crash they may be of no use."""
    if cluster.data.exists():
        end_orphans(cluster)
        shutil.rmtree(cluster.data)


def rotate_log(cluster: Cluster) -> None:
    if cluster.log.exists() and cluster.log.stat().st_size > LARGEST_LOG:
        cluster.log.rename(cluster.log.with_suffix(".log.old"))


def start_server(cluster: Cluster, tools: Programs, port: int) -> None:
    command = [str(tools.folder / "pg_ctl"), "start", "--wait", "--timeout=300", f"--pgdata={cluster.data}"]
    answer = run_as(cluster.owner, [*command, f"--log={cluster.log}", f"--options=-p {port}"])
    if answer.returncode != 0:
        said = [line for line in cluster.log.read_text().splitlines() if "FATAL" in line or "HINT" in line]
        raise SetUpError(
            f"PostgreSQL did not start: {said[-1] if said else answer.stderr.strip()} (log: {cluster.log})"
        )


def give_socket_folder(cluster: Cluster) -> None:
    folder = cluster.socket_folder
    if not folder.exists():
        give_folder(folder, cluster.owner)
    if folder.is_symlink() or folder.stat().st_uid != cluster.owner.pw_uid:
        raise SetUpError(f"{folder} belongs to somebody else: remove it, or set TMPDIR.")


def stop(cluster: Cluster) -> None:
    """Stops the server and waits until its last process has gone."""
    with locked(cluster, "pg-starting", fcntl.LOCK_EX):
        cluster.kept_file.unlink(missing_ok=True)
        if server_pid(cluster) is not None:
            tools = make(cluster)
            command = [str(tools.folder / "pg_ctl"), "stop", "--wait", "--timeout=300", "--mode=fast"]
            must(run_as(cluster.owner, [*command, f"--pgdata={cluster.data}"]), "Stopping PostgreSQL")
        if cluster.is_for_tests:
            throw_away(cluster)


@contextmanager
def locked(cluster: Cluster, name: str, how: int) -> Iterator[None]:
    make_folder(cluster.base)
    with (cluster.base / name).open("a") as file:
        fcntl.flock(file, how)
        yield


@contextmanager
def running(cluster: Cluster) -> Iterator[None]:
    """The server runs inside this block; the last of those who use it stops it, unless it was started by hand."""
    try:
        with locked(cluster, "pg-users", fcntl.LOCK_SH):
            start(cluster)
            yield
    finally:
        with last_user(cluster) as is_last:
            if is_last and server_pid(cluster) is not None and not is_kept(cluster):
                stop(cluster)


@contextmanager
def last_user(cluster: Cluster) -> Iterator[bool]:
    try:
        with locked(cluster, "pg-users", fcntl.LOCK_EX | fcntl.LOCK_NB):
            yield True
    except BlockingIOError:
        yield False


def keep(cluster: Cluster) -> None:
    write_private(cluster.kept_file, run_name(cluster))


def is_kept(cluster: Cluster) -> bool:
    """Whether the server that runs now is the one that was started by hand."""
    return cluster.kept_file.exists() and cluster.kept_file.read_text() == run_name(cluster)


def run_name(cluster: Cluster) -> str:
    """Tells one run of the server from the next: its process number and the second it started."""
    lines = (cluster.data / "postmaster.pid").read_text().splitlines()
    return f"{lines[0]} {lines[2]}"


def address(cluster: Cluster, database: str = "postgres") -> str:
    """A libpq address with the administrator's password: print it to its owner, never into a log."""
    try:
        password, port = cluster.password_file.read_text(), cluster.port_file.read_text()
    except FileNotFoundError:
        raise SetUpError("There is no private server yet: `make cluster-start` makes one.") from None
    return f"postgresql://postgres:{password}@127.0.0.1:{port}/{database}"


# --- commands ---


def command_start(cluster: Cluster) -> int:
    start(cluster)
    keep(cluster)
    say(f"PostgreSQL runs on port {cluster.port_file.read_text()}; `make cluster-stop` stops it.")
    return 0


def command_stop(cluster: Cluster) -> int:
    stop(cluster)
    say("PostgreSQL has stopped.")
    return 0


def command_status(cluster: Cluster) -> int:
    pid = server_pid(cluster)
    if pid is None:
        say("stopped")
        return 3
    say(f"running, port {cluster.port_file.read_text()}, process {pid}, data {cluster.data}")
    return 0


def command_url(cluster: Cluster) -> int:
    sys.stdout.write(address(cluster) + "\n")
    return 0


def command_with(cluster: Cluster, command: list[str]) -> int:
    """Runs a command beside the server and answers with the command's own exit code."""
    if os.environ.get("ROADS_TEST_DATABASE_URL"):
        return run_child(command, stop_with=signal.SIGINT)
    with running(cluster):
        environment = {**os.environ, "ROADS_TEST_DATABASE_URL": address(cluster)}
        return run_child(command, environment, signal.SIGINT)


def in_plain_words(command: Callable[[], int]) -> int:
    """Runs a command and turns what can go wrong in setting up into one line and an exit code."""
    try:
        return command()
    except SetUpError as error:
        say(f"{error}")
    except PermissionError as error:
        say(f"No permission for {error.filename}: it belongs to another user.")
    except StopAskedError as asked:
        return asked.exit_code
    return 1


def main(arguments: list[str]) -> int:
    commands = {"start": command_start, "stop": command_stop, "status": command_status, "url": command_url}
    match arguments:
        case ["with", *command] if command:
            return command_with(cluster_of(CHECKOUT), command)
        case ["test", *command] if command:
            return command_with(for_tests(cluster_of(CHECKOUT)), command)
        case [name] if name in commands:
            return commands[name](cluster_of(CHECKOUT))
    say((__doc__ or "").strip())
    return 2


if __name__ == "__main__":
    stop_on_signals()
    sys.exit(in_plain_words(lambda: main(sys.argv[1:])))
