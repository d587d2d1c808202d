"""`ipt-rooms backup`, `backup-key` and `restore`: the database as one sealed file, and back."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

import store.audit
import store.backup
import store.backup_box
import store.restore
from command import shell
from store.backup import BackupRefused, Manifest
from store.backup_box import BoxRefused
from store.database import private_dir
from store.sealing import Keys
from store.settings import StoreSettings

app = typer.Typer(add_completion=False)

RECIPIENT = "backup-recipient"
EXPECTED = (BackupRefused, BoxRefused)

File = Annotated[Path, typer.Argument(help="The backup file.")]
Key = Annotated[Path, typer.Option("--key", help="The private key file that `backup-key` made.")]


@app.command("backup-key")
def backup_key(
    path: Annotated[Path, typer.Argument(help="Where to write the private key: not on this machine.")],
) -> None:
    """Make the key that backups are sealed for. Keep the file apart from the data; the public half stays
    here."""
    settings = StoreSettings()
    private_dir(settings.data_dir)
    public = store.backup_box.create_key(path)
    (settings.data_dir / RECIPIENT).write_text(public + "\n")
    print(public)


@app.command("backup")
def backup(
    path: Annotated[Path | None, typer.Argument(help="The new file; by default in var/backups.")] = None,
    to: Annotated[str, typer.Option(help="The public key; by default the one `backup-key` left here.")] = "",
) -> None:
    """Write a checked and sealed copy of the database. The server may run meanwhile."""
    shell.go(_backup(path, to))


@app.command("restore")
def restore(
    path: File,
    key: Key,
    verify: Annotated[bool, typer.Option("--verify", help="Only prove that it would restore.")] = False,
) -> None:
    """Bring a backup back where no database is yet; with --verify only examine it in a scratch folder."""
    shell.go(_restore(path, key, verify))


async def _backup(path: Path | None, to: str) -> None:
    settings, now = StoreSettings(), datetime.now(UTC)
    target, keys = path or _default(settings, now), Keys.load(settings)
    manifest = await store.backup.make(settings, keys, target, to or _recipient(settings), now)
    async with shell.writing() as tx:
        await store.audit.append(
            tx,
            keys,
            actor="command",
            role="command",
            action="backup_made",
            object=f"backup:{manifest.sha256[:16]}",
            now=now,
        )
    print(f"{target}\n{_told(manifest)}")


async def _restore(path: Path, key: Path, only_verify: bool) -> None:
    settings, now = StoreSettings(), datetime.now(UTC)
    if not settings.master_key.exists():
        raise BackupRefused(
            f"There is no master key {settings.master_key}. Bring it back first: without it nothing that was "
            "sealed opens."
        )
    work = store.restore.verify if only_verify else store.restore.restore
    manifest = await work(path, key, settings, Keys.load(settings), now)
    print(f"{'This backup restores.' if only_verify else 'Restored.'}\n{_told(manifest)}")


def _default(settings: StoreSettings, now: datetime) -> Path:
    folder = settings.data_dir / "backups"
    private_dir(folder)
    return folder / f"rooms-{now:%Y%m%dT%H%M%SZ}-{os.getpid()}.backup"


def _recipient(settings: StoreSettings) -> str:
    path = settings.data_dir / RECIPIENT
    if not path.exists():
        raise BackupRefused("Nobody could open this backup yet. Run: ipt-rooms backup-key FILE")
    return path.read_text().strip()


def _told(manifest: Manifest) -> str:
    return (
        f"made {manifest.made_at} by {manifest.program} on {manifest.dialect}, schema {manifest.schema}\n"
        f"{sum(manifest.rows.values())} rows in {len(manifest.rows)} tables, audit at {manifest.audit_seq}\n"
        f"sha256 {manifest.sha256}"
    )
