"""The `ipt-rooms` command line: every way to start, prepare and ask the product from a shell."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, NoReturn

import typer

import store.roles
import store.schema
import store.sealing
import store.signals
from care import questionnaire_file, zones
from command import (
    audit_commands,
    backup_commands,
    configuration,
    demo_folder,
    group_commands,
    groups,
    link_commands,
    links,
    listening,
    outbox_commands,
    person_commands,
    retention_commands,
    scheduler_process,
    serve_run,
    shell,
    staff_commands,
    zone_commands,
)
from command.supervisor import UNUSABLE, ChildRefused
from scheduler.settings import SchedulerSettings
from server.settings import ServerSettings
from store.settings import StoreSettings

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
config_app = typer.Typer(help="Settings.", no_args_is_help=True)
clock_app = typer.Typer(help="The scheduler's clock.", no_args_is_help=True)
app.add_typer(group_commands.app, name="group")
app.add_typer(link_commands.app, name="link")
app.add_typer(outbox_commands.app, name="outbox")
app.add_typer(zone_commands.app, name="zones")
app.add_typer(staff_commands.app, name="staff")
app.add_typer(audit_commands.app, name="audit")
app.add_typer(backup_commands.app)
app.add_typer(person_commands.export_app, name="export")
app.add_typer(person_commands.erase_app, name="erase")
app.add_typer(config_app, name="config")
app.add_typer(clock_app, name="clock")

WithParent = Annotated[bool, typer.Option("--with-parent", hidden=True)]
EXPECTED = (
    *backup_commands.EXPECTED,
    audit_commands.AuditBroken,
    configuration.Unusable,
    demo_folder.DemoRefused,
    links.LinkRefused,
    groups.GroupRefused,
    outbox_commands.OutboxRefused,
    person_commands.PersonRefused,
    retention_commands.RetentionRefused,
    staff_commands.StaffRefused,
    listening.PortRefused,
    ChildRefused,
    store.roles.RoleTaken,
    store.sealing.KeyRefused,
    store.schema.SchemaRefused,
    questionnaire_file.Unusable,
)
"""What a person at the shell can put right: shown as one sentence, without a traceback."""


def run() -> None:
    """Entry point of the command `ipt-rooms`."""
    zones.pin()
    try:
        app()
    except EXPECTED as refused:
        _refuse(str(refused))


def _refuse(sentence: str) -> NoReturn:
    print(f"ipt-rooms: {sentence}", file=sys.stderr)
    sys.exit(UNUSABLE)


@app.command()
def migrate() -> None:
    """Bring the database to this version's schema."""
    shell.go(store.schema.migrate(StoreSettings()))


@app.command("demo")
def demo_command(
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1.")] = 8080,
    host: Annotated[str, typer.Option(help="A loopback address.")] = "127.0.0.1",
    rooms: Annotated[
        int | None, typer.Option(min=1, max=200, help="That many open rooms and no other groups.")
    ] = None,
    members: Annotated[
        int, typer.Option(min=2, max=12, help="How many people in each, facilitators included.")
    ] = 10,
    minutes: Annotated[float, typer.Option(help="How long the open session lasts from now.")] = 85.0,
    links_json: Annotated[Path | None, typer.Option(help="Write every link to this file (0600).")] = None,
    with_parent: WithParent = False,
) -> None:
    """Try everything on this machine with invented people. Begins anew at every start."""
    # Only here: servers and schedulers start sooner without what tells the stories.
    from command import demo, demo_run

    began_ago = timedelta(minutes=min(5.0, minutes / 10))
    plan = demo.Plan(
        base_url=f"http://{host}:{port}",
        rooms=rooms or 1,
        members=members,
        began_ago=began_ago,
        lasts=began_ago + timedelta(minutes=minutes),
        stories=rooms is None,
    )
    shell.go(demo_run.run(plan, f"{host}:{port}", links_json, with_parent=with_parent))


@app.command()
def serve(
    lan: Annotated[
        bool, typer.Option(help="Let devices on this network in, with a self-signed certificate.")
    ] = False,
    media_workers: Annotated[
        int, typer.Option(min=1, max=64, help="Media processes, up to one for each core.")
    ] = 1,
) -> None:
    """Run server, media workers and scheduler of one machine for real use."""
    shell.go(serve_run.run(lan=lan, media_workers=media_workers))


@app.command()
def server(with_parent: WithParent = False) -> None:
    """Run one server process."""
    # Only here: it loads the media libraries, which no other command needs.
    from command import server_process

    configuration.check()
    shell.go(server_process.run(ServerSettings(), StoreSettings(), with_parent=with_parent))


@app.command()
def scheduler(with_parent: WithParent = False) -> None:
    """Run one scheduler process."""
    configuration.check()
    shell.go(scheduler_process.run(SchedulerSettings(), StoreSettings(), with_parent=with_parent))


app.command("retention")(retention_commands.retention)


@clock_app.command("accept")
def clock_accept() -> None:
    """Say that the wall clock is right after it leapt; messages that waited for this go out."""
    shell.go(_accept_clock())


async def _accept_clock() -> None:
    async with shell.writing() as tx:
        await store.signals.put(tx, "clock", {"what": "accept"}, datetime.now(UTC))


@config_app.command("show")
def config_show() -> None:
    """Every setting in force; secrets only as set or not set."""
    configuration.check()
    for setting in configuration.shown():
        print(f"{setting.variable}={setting.value}{'' if not setting.is_default else '  (default)'}")


if __name__ == "__main__":
    run()
