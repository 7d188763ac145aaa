"""Running the blocks of a page as a reader would: in one shell, in a folder that looks like a clone after its setup.

What the network or the machine would be needed for is stood in for: `scripts/setup.sh` has nothing left to do, and
`pip install` only looks whether the package is there. `frame.jpg` is there as a picture of the reader's own. Everything
else is real.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from PIL import Image

from tests.docs.blocks import ROOT, RUN, Block, blocks_of
from tests.processes import clean_environment, free_port

SECONDS_A_PAGE = 50
_MARK = "@@ block "
_PORT_IN_DOCUMENTS = "8000"

_COMMANDS = {
    "sightlog": '-m sightlog "$@"',
    "roboflow": '-c "from roboflow.roboflowpy import main; main()" "$@"',
    "python": '"$@"',
    "pip": '-c "import sys, importlib.metadata as m; [m.version(name) for name in sys.argv[2:]]" "$@"',
}
_SETUP = 'case "$1" in serve | run | test) ;; *) exit 1 ;; esac\n'
_ACTIVATE = 'PATH="$PWD/.venv/bin:$PATH"\n'
_WAIT = """\
tries=0
until curl -sf http://127.0.0.1:{port}/readyz >/dev/null 2>&1; do
    tries=$((tries + 1))
    if [ $tries -gt 300 ] || ! kill -0 $! 2>/dev/null; then cat {log} >&2; exit 1; fi
    sleep 0.05
done
"""
# What a page may take for granted when it does not start a server itself: the end of docs/start.md.
_STARTED = """\
export API_URL=http://127.0.0.1:{port}
export RF_WORKSPACE=my-workspace
ROBOFLOW_API_KEY=$(sightlog keys create --name docs 2>/dev/null)
export ROBOFLOW_API_KEY
{function}
"""
_FUNCTION = "api() {"


class PageRun:
    """What came of a page: the output of each block."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._outputs: dict[Block, str] = {}

    def output(self, block: Block) -> str:
        return self._outputs[block]

    def shown(self, block: Block) -> str:
        """What the document shows, with the port of this run."""
        return with_port(block.text, self.port)

    def keep(self, block: Block, output: str) -> None:
        # The programs are those of the tests' own environment; a reader's stand in .venv.
        self._outputs[block] = output.replace(f"{Path(sys.executable).parent}{os.sep}", ".venv/bin/")


def run_page(page: Path, folder: Path) -> PageRun:
    """Run all its blocks in `folder`. Fails at the first command that fails, telling where."""
    port = free_port()
    run = PageRun(port)
    blocks = [block for block in blocks_of(page) if block.info in RUN]
    _make_clone(folder)
    (folder / "page.sh").write_text(_script(blocks, folder, port), encoding="utf-8")
    told, errors = folder / "page.out", folder / "page.err"
    with _shell(folder, port, told, errors) as status:
        outputs = told.read_text(encoding="utf-8").split(_MARK)[1:]
        failed = blocks[len(outputs) - 1].place if outputs else "the start"
        assert status == 0, f"{failed} ended with {status}:\n{told.read_text()[-3000:]}\n{errors.read_text()[-3000:]}"
    for number, (block, output) in enumerate(zip(blocks, outputs, strict=True)):
        log = _server_log(folder, number)
        run.keep(block, log.read_text(encoding="utf-8") if log.exists() else output.partition("\n")[2])
    return run


def with_port(text: str, port: int) -> str:
    """The text with another port where it names the usual address."""
    for host in ("127.0.0.1", "localhost"):
        text = text.replace(f"{host}:{_PORT_IN_DOCUMENTS}", f"{host}:{port}")
    return text


def _script(blocks: list[Block], folder: Path, port: int) -> str:
    pieces = ["set -eu\n"]
    if not any(block.info == "sh server" for block in blocks):
        log = folder / "server.log"
        started = _STARTED.format(port=port, function=_function_of_start())
        pieces += [f"sightlog serve >{log} 2>&1 &\n", _WAIT.format(port=port, log=log), started]
    for number, block in enumerate(blocks):
        pieces.append(f"echo '{_MARK}{number}'\n")
        text = with_port(block.text, port)
        if block.info == "sh server":
            log = _server_log(folder, number)
            pieces += [f"{{\n{text}}} >{log} 2>&1 &\n", _WAIT.format(port=port, log=log)]
        elif block.info == "python":
            program = folder / f"block-{number}.py"
            program.write_text(text, encoding="utf-8")
            pieces.append(f"python {program}\n")
        else:
            pieces.append(text)
    return "".join(pieces)


def _function_of_start() -> str:
    """The function that docs/start.md tells readers to keep for the other pages."""
    return next(block.text for block in blocks_of(ROOT / "docs" / "start.md") if block.text.startswith(_FUNCTION))


def _server_log(folder: Path, number: int) -> Path:
    return folder / f"server-{number}.log"


def _make_clone(folder: Path) -> None:
    commands = folder / ".venv" / "bin"
    commands.mkdir(parents=True)
    for name, arguments in _COMMANDS.items():
        _write_command(commands / name, f"exec {sys.executable} {arguments}\n")
    if shutil.which("curl") is None:
        _write_command(commands / "curl", f'exec {sys.executable} {Path(__file__).with_name("curl.py")} "$@"\n')
    (commands / "activate").write_text(_ACTIVATE, encoding="utf-8")
    (folder / "scripts").mkdir()
    (folder / "scripts" / "setup.sh").write_text(_SETUP, encoding="utf-8")
    shutil.copy(ROOT / "Makefile", folder)
    Image.effect_noise((640, 360), 60).save(folder / "frame.jpg")


def _write_command(path: Path, line: str) -> None:
    path.write_text("#!/bin/sh\n" + line, encoding="utf-8")
    path.chmod(0o755)


@contextmanager
def _shell(folder: Path, port: int, told: Path, errors: Path) -> Iterator[int]:
    """Run page.sh; yields its exit status, and ends what it has left running."""
    environment = clean_environment(
        SIGHTLOG_PORT=str(port),
        HOME=str(folder),
        ROBOFLOW_CONFIG_DIR=str(folder / "roboflow.json"),
        PATH=f"{folder / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}",
    )
    with told.open("wb") as output, errors.open("wb") as problems:
        process = subprocess.Popen(
            ["sh", "page.sh"], cwd=folder, env=environment, stdout=output, stderr=problems, start_new_session=True
        )
    try:
        try:
            status = process.wait(timeout=SECONDS_A_PAGE)
        except subprocess.TimeoutExpired:
            status = -1
        yield status
    finally:
        _end_group(process.pid, folder)
        process.wait()


def _end_group(group: int, folder: Path) -> None:
    """End the servers of a page in order, which is when their run.json goes, and then whatever else is left.
    (Waiting for the processes themselves takes a second where nobody collects orphans at once.)"""
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGTERM)
        deadline = time.monotonic() + 10
        while any(folder.glob("*/run.json")) and time.monotonic() < deadline:
            time.sleep(0.02)
        os.killpg(group, signal.SIGKILL)
