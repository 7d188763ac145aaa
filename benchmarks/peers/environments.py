"""A folder of its own for everything that a peer needs, installed from PyPI once and kept for the next run."""

import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path

from benchmarks.report import say

_STAMP = "installed.txt"


class NotInstallable(RuntimeError):
    """A peer cannot be had here; the text says what failed."""


def environment(cache: Path, name: str, requirements: Sequence[str]) -> Path:
    """The Python of a virtual environment with these packages. Raises NotInstallable."""
    folder = cache / name
    python = folder / "bin" / "python"
    if not _is_installed(folder, requirements):
        say(f"installing {', '.join(requirements)} into {folder}")
        venv.create(folder, clear=True, with_pip=True)
        _pip(python, name, *requirements)
        _mark(folder, requirements)
    return python


def unpacked(cache: Path, name: str, requirement: str) -> Path:
    """The folder of a wheel's files, without what it depends on. Raises NotInstallable."""
    folder = cache / name
    if not _is_installed(folder, [requirement]):
        say(f"unpacking {requirement} into {folder}")
        _pip(Path(sys.executable), name, "--no-deps", "--upgrade", "--target", str(folder), requirement)
        _mark(folder, [requirement])
    return folder


def _pip(python: Path, name: str, *arguments: str) -> None:
    command = [str(python), "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet"]
    done = subprocess.run([*command, *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise NotInstallable(f"{name} could not be installed: {_reason(done.stderr)}")


def _reason(printed: str) -> str:
    lines = [line for line in printed.splitlines() if line.lower().startswith("error")]
    return lines[0] if lines else printed.strip()[-300:]


def _is_installed(folder: Path, requirements: Sequence[str]) -> bool:
    stamp = folder / _STAMP
    return stamp.exists() and stamp.read_text() == "\n".join(requirements)


def _mark(folder: Path, requirements: Sequence[str]) -> None:
    (folder / _STAMP).write_text("\n".join(requirements))
