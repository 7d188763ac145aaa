"""What was acknowledged is there after the program is killed without warning, and everything kept agrees with it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sightlog.store.opening import check_derived
from tests.contract.backends import Backend
from tests.contract.plant import Plant

PROGRAM = Path(__file__).parent / "write_until_killed.py"


@pytest.mark.parametrize("events_between_seals", [32_768, 20])
@pytest.mark.parametrize("seconds", [0.0, 0.15, 0.4])
def test_acknowledged_events_survive_a_kill(backend: Backend, seconds: float, events_between_seals: int) -> None:
    """Also while index, ids and counts move from memory into tables, which they do all the time when it is small."""
    plant = Plant(backend, backend.open())
    use_cases = [plant.use_case(name) for name in ("a", "b", "c")]
    plant.store.close()
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    references = [use_case.id for use_case in use_cases]
    command = [sys.executable, str(PROGRAM), str(backend.folder), str(events_between_seals), *references]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as program:
        assert program.stdout is not None
        told = [program.stdout.readline().strip()]
        time.sleep(seconds)
        program.send_signal(signal.SIGKILL)
        told += program.stdout.read().split("\n")[:-1]
    assert program.returncode == -signal.SIGKILL
    plant.store = backend.open()
    try:
        stored = {event.event_id for event in plant.store.export_events(plant.mine, None, 0, 1_000_000)}
        assert told[0] != ""
        assert set(told) <= stored
        assert sum(plant.summary(use_case).event_count for use_case in use_cases) == len(stored)
        plant.check_statistics()
        assert check_derived(backend.folder, lambda done, total: None) == []
        plant.add(plant.event(use_cases[0]))
    finally:
        plant.store.close()
