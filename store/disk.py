"""SQLite needs a local disk: on a network file system its locks and shared memory do not hold."""

from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")
NETWORK = (
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "9p",
    "ceph",
    "glusterfs",
    "afs",
    "fuse.sshfs",
    "fuse.glusterfs",
)


class DiskRefused(RuntimeError):
    """The data directory is on a disk that would damage the database; the message names it."""


def refuse_network_disk(directory: Path) -> None:
    """Raises DiskRefused when the directory is on a network file system. Says nothing where the system
    cannot tell."""
    if not MOUNTS.exists():
        return
    found = file_system(directory.resolve(), MOUNTS.read_text())
    if found in NETWORK:
        raise DiskRefused(
            f"{directory} is on a network file system ({found}), where SQLite loses data. "
            "Use a local disk for IPT_DATA_DIR, or PostgreSQL."
        )


def file_system(directory: Path, mounts: str) -> str | None:
    """The type of the file system a directory is on, from the text of mountinfo (proc_pid_mountinfo(5));
    the deepest mount counts, and of two on one place the later."""
    best: tuple[int, str] | None = None
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        place = Path(before.split()[4].encode().decode("unicode_escape"))
        if directory.is_relative_to(place) and (best is None or len(place.parts) >= best[0]):
            best = (len(place.parts), after.split()[0])
    return None if best is None else best[1]
