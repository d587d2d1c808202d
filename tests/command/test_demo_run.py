"""A demo is quick: its server starts while the data are made, and the clock only afterwards."""

import asyncio

import pytest

from command import demo, demo_run, settings
from command.demo_folder import DemoRefused
from command.supervisor import ChildRefused

PLAN = demo.Plan(base_url="http://127.0.0.1:1")


@pytest.fixture
def steps(tmp_path, monkeypatch):
    """What the demo did, in order. Processes are not started and nothing is told."""
    done, stop = [], asyncio.Event()
    monkeypatch.setenv("IPT_DATA_DIR", str(tmp_path / "demo"))
    monkeypatch.setattr(settings, "adopt", lambda _environment: None)
    monkeypatch.setattr(demo_run.ending, "stop_event", lambda **_: stop)

    async def supervise(children, ending):
        done.append(children[0].name)
        await ending.wait()

    async def load(*_):
        await asyncio.sleep(0)
        done.append("data")
        return []

    async def ready(*_):
        done.append("ready")
        stop.set()

    monkeypatch.setattr(demo_run.supervisor, "supervise", supervise)
    monkeypatch.setattr(demo_run.demo, "load", load)
    monkeypatch.setattr(demo_run.ready, "wait_until_ready", ready)
    return done


async def test_the_server_starts_while_the_data_are_made_and_the_clock_after_them(steps, tmp_path, capsys):
    await demo_run.run(PLAN, "127.0.0.1:1", tmp_path / "links.json", with_parent=False)

    assert (steps[:2], sorted(steps[2:])) == (["server", "data"], ["ready", "scheduler"])
    assert (tmp_path / "links.json").exists()
    assert (tmp_path / "demo" / demo_run.LINKS).exists()
    assert "http://127.0.0.1:1/demo" in capsys.readouterr().out


async def test_a_server_that_refuses_ends_the_demo_with_its_words(steps, monkeypatch):
    async def refuse(children, _ending):
        raise ChildRefused(f"the {children[0].name} refused")

    monkeypatch.setattr(demo_run.supervisor, "supervise", refuse)

    with pytest.raises(ChildRefused, match="server refused"):
        await demo_run.run(PLAN, "127.0.0.1:1", None, with_parent=False)


async def test_a_server_that_is_never_ready_ends_the_demo(steps, monkeypatch):
    async def never(*_):
        raise TimeoutError

    monkeypatch.setattr(demo_run.ready, "wait_until_ready", never)

    with pytest.raises(DemoRefused, match="did not become ready"):
        await demo_run.run(PLAN, "127.0.0.1:1", None, with_parent=False)


async def test_a_folder_with_other_data_is_left_alone(steps, tmp_path):
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "letters.txt").write_text("mine")

    with pytest.raises(DemoRefused, match="not a demo's"):
        await demo_run.run(PLAN, "127.0.0.1:1", None, with_parent=False)
    assert (tmp_path / "demo" / "letters.txt").read_text() == "mine"
