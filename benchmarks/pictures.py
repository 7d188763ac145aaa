"""`python -m benchmarks.pictures`: uploads and small pictures beside their ceilings, and ingestion beside a flood."""

import argparse
import http.client
import io
import os
import shutil
import statistics
import tempfile
import threading
import time
from pathlib import Path

import msgspec
from PIL import Image

from benchmarks.report import Run, milliseconds, rate, share, table, write_parts
from benchmarks.serving import Server, make_data_folder

UPLOADS, THUMBNAILS, SECONDS, ROUNDS, CLIENTS = 60, 40, 3.0, 3, 8
BOUNDARY = "sightlog-bench"
OUTPUT = Path("docs/performance.md")


def photo(seed: int) -> bytes:
    """A 1920x1080 JPEG of about 200 kB that no other seed gives."""
    base = Image.effect_noise((240, 135), 40 + seed % 40).resize((1920, 1080), Image.Resampling.BICUBIC)
    base.paste(seed % 256, (seed % 1800, seed % 1000, seed % 1800 + 60, seed % 1000 + 60))
    file = io.BytesIO()
    base.convert("RGB").save(file, "JPEG", quality=62, comment=str(seed).encode())
    return file.getvalue()


def ask(connection: http.client.HTTPConnection, method: str, path: str, key: str, body: bytes, kind: str) -> bytes:
    """One request; its body, or an AssertionError."""
    connection.request(method, path, body, {"Authorization": f"Bearer {key}", "Content-Type": kind})
    reply = connection.getresponse()
    content = reply.read()
    assert reply.status in (200, 201), content
    return content


def upload(connection: http.client.HTTPConnection, key: str, picture: bytes) -> str:
    """The picture's sourceId."""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'.encode()
    body = head + picture + f"\r\n--{BOUNDARY}--\r\n".encode()
    kind = f"multipart/form-data; boundary={BOUNDARY}"
    return str(msgspec.json.decode(ask(connection, "POST", "/vision-events/upload", key, body, kind))["sourceId"])


def seconds_of(work: "list[tuple[object, ...]]", run: "object") -> float:
    """The median time of `run(*arguments)`."""
    times = []
    for arguments in work:
        began = time.perf_counter()
        run(*arguments)  # type: ignore[operator]
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def write_and_flush(path: Path, content: bytes) -> None:
    """The least that a durable upload does."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def bare_thumbnail(content: bytes) -> None:
    """What Pillow alone takes for the same small picture."""
    with Image.open(io.BytesIO(content)) as image:
        image.thumbnail((480, 480))
        image.save(io.BytesIO(), "JPEG", quality=80)


def events_a_second(server: Server, seconds: float) -> float:
    """Batches of 100 on one connection."""
    connection = http.client.HTTPConnection(server.host, server.port)
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    event = {"eventType": "custom", "useCaseId": "pictures", "timestamp": now, "eventData": {"value": "x"}}
    body = msgspec.json.encode({"events": [event | {"customMetadata": {"n": n}} for n in range(100)]})
    began, batches = time.perf_counter(), 0
    while time.perf_counter() - began < seconds:
        ask(connection, "POST", "/vision-events/batch", server.key, body, "application/json")
        batches += 1
    return 100 * batches / (time.perf_counter() - began)


def beside_thumbnails(server: Server, ids: list[str]) -> float:
    """The same while clients ask for new thumbnails all the time."""
    ends = threading.Event()
    waiting = iter(ids)

    def flood() -> None:
        connection = http.client.HTTPConnection(server.host, server.port)
        for source_id in waiting:
            if ends.is_set():
                return
            ask(connection, "GET", f"/vision-events/images/{source_id}?size=thumb", server.key, b"", "text/plain")

    threads = [threading.Thread(target=flood) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    try:
        return events_a_second(server, SECONDS)
    finally:
        ends.set()
        for thread in threads:
            thread.join()


def measure(folder: Path) -> str:
    """The table."""
    with Server(folder / "serve", make_data_folder(folder / "serve")) as server:
        connection = http.client.HTTPConnection(server.host, server.port)
        ask(connection, "POST", "/vision-events/use-cases", server.key, b'{"name": "pictures"}', "application/json")
        pictures = [photo(n) for n in range(UPLOADS)]
        flush = seconds_of([(folder / "plain", picture) for picture in pictures], write_and_flush)
        uploaded = seconds_of([(connection, server.key, picture) for picture in pictures], upload)
        ids = [upload(connection, server.key, photo(1000 + n)) for n in range(THUMBNAILS)]
        bare = seconds_of([(picture,) for picture in pictures[:THUMBNAILS]], bare_thumbnail)
        paths = [
            (connection, "GET", f"/vision-events/images/{id}?size=thumb", server.key, b"", "text/plain") for id in ids
        ]
        thumbnail = seconds_of(paths, ask)
        alone, flooded = [], []
        for number in range(ROUNDS):
            many = [upload(connection, server.key, photo(5000 + 400 * number + n)) for n in range(400)]
            alone.append(events_a_second(server, SECONDS))
            flooded.append(beside_thumbnails(server, many))
    kilobytes = statistics.mean(map(len, pictures)) / 1000
    without, beside = statistics.median(alone), statistics.median(flooded)
    rows = [
        (f"upload of a {kilobytes:.0f} kB JPEG, ms (beside write and flush)", flush, uploaded),
        ("new thumbnail of 1920×1080, ms (beside bare Pillow)", bare, thumbnail),
    ]
    shown = [(name, milliseconds(least), milliseconds(ours), f"{ours / least:.1f} ×") for name, least, ours in rows]
    shown.append(("uploads a second, one client", "", rate(1 / uploaded), ""))
    name = "events/s while 8 clients ask for new thumbnails (beside none)"
    shown.append((name, rate(without), rate(beside), share(beside / without)))
    return table(("", "ceiling", "ours", "ratio"), shown)


def main() -> None:
    """Measure, print, and write the part of docs/performance.md."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pictures", description=__doc__)
    parser.add_argument("--output", type=Path, default=OUTPUT)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="sightlog-pictures-"))
    run = Run("benchmarks.pictures")
    try:
        found = measure(folder)
    finally:
        shutil.rmtree(folder)
    part = f"{run.heading()}\n\n{found}"
    print(part)
    write_parts(options.output, {"pictures": part})


if __name__ == "__main__":
    main()
