"""Running a measurement in a process of its own, so that it shares no interpreter with the rest."""

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def new_process() -> ProcessPoolExecutor:
    """One fresh interpreter that runs what it is given."""
    return ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))


def apart(function: Callable[P, R], *arguments: P.args, **named: P.kwargs) -> R:
    """Call a module's function in a fresh interpreter and wait for what it returns."""
    with new_process() as process:
        return process.submit(function, *arguments, **named).result()
