"""Throws broken formulas and kpi-tree documents at their readers; anything but a `KeikiError` is a bug.

`python -m tools.fuzz --seconds 60` shares the time between the readers, each in a process of its own. Atheris looks for
new ways through the code; where it is not installed, known good texts are changed at random.
"""

from __future__ import annotations

import argparse
import importlib.util
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

LONGEST = 4096
SLOWEST = 20
"""Seconds for one input; a reader that takes longer hangs."""


def formula(data: bytes) -> None:
    """A formula and a condition are read, and what was read is written so that it reads the same."""
    from keiki.errors import KeikiError
    from keiki.formula import parse, parse_condition, show, show_condition

    text = data.decode("utf-8", errors="replace")
    try:
        found = parse(text)
    except KeikiError as error:
        _told(error)
    else:
        _same(parse(show(found)), found, text)
    try:
        condition = parse_condition(text)
    except KeikiError as error:
        _told(error)
    else:
        _same(parse_condition(show_condition(condition)), condition, text)


def document(data: bytes) -> None:
    """A kpi-tree file is read as YAML and as JSON; what was read is written, read again, built and compared."""
    from keiki.catalogue.load import builtin
    from keiki.errors import KeikiError
    from keiki.trees.build import build
    from keiki.trees.bundle import read_text, to_json, to_yaml
    from keiki.trees.diff import diff
    from keiki.trees.edit import sound

    text = data.decode("utf-8", errors="replace")
    for file, write in (("x.yaml", to_yaml), ("x.json", to_json)):
        try:
            found = read_text(text, file)
        except KeikiError as error:
            _told(error)
            continue
        _same(read_text(write(found), file), found, text)
        _same(diff(found, found), (), text)
        for tree in found.trees:
            try:
                sound(tree)
                build(tree, builtin())
            except KeikiError as error:
                _told(error)


def target(data: bytes) -> None:
    """A typed target has a meaning or is refused."""
    from keiki.errors import KeikiError
    from keiki.trees.stated import stated

    text = data.decode("utf-8", errors="replace")
    for unit in ("ratio", "currency"):
        try:
            stated(text, 0.1, unit)
        except KeikiError as error:
            _told(error)


READERS: dict[str, Callable[[bytes], None]] = {"formula": formula, "document": document, "target": target}
MODULES = ("keiki.formula", "keiki.measures.document", "keiki.trees", "keiki.catalogue.load", "keiki.catalogue.expand")


def seeds(name: str) -> Iterator[bytes]:
    """Good inputs to begin with."""
    from keiki.catalogue.load import builtin
    from keiki.trees.bundle import Bundle, KpiTarget, bundle_of, to_json, to_yaml
    from keiki.trees.kpi_document import kpi_document
    from keiki.trees.targets import Step, Target

    catalogue = builtin()
    if name == "formula":
        yield from (kpi.source.encode() for kpi in list(catalogue.kpis.values())[::5])
    elif name == "target":
        yield from (text.encode() for text in ("-5%", "5ポイント減", "1.2倍", "8,400円", "+1000", "▲3pt", "0.03"))
    else:
        aim = Target(1.0, "at_least", start=0.5, steps=(Step(0.7, within="3m"),), shape="even", within="6m")
        kpi = kpi_document(catalogue.kpi("aov"))
        bundles = [bundle_of(catalogue, ["simple_orders"]), Bundle(kpis=(kpi,), targets=(KpiTarget(aim, "aov"),))]
        for bundle in bundles:
            yield from (to_yaml(bundle).encode(), to_json(bundle).encode())


def main(arguments: Sequence[str]) -> int:
    """Run every reader for its share of the time; 1 when one of them broke."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60, help="time for all readers together")
    parser.add_argument("--reader", choices=sorted(READERS), help="only this one, in this process")
    asked = parser.parse_args(arguments)
    if asked.reader:
        return _run(asked.reader, asked.seconds)
    share = {"formula": 0.4, "document": 0.5, "target": 0.1}
    broken = 0
    for name in READERS:
        seconds = str(max(1, round(asked.seconds * share[name])))
        command = [sys.executable, "-m", "tools.fuzz", "--reader", name, "--seconds", seconds]
        answer = subprocess.run(command, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        last = [line for line in answer.stdout.splitlines() if line.strip()]
        print(f"{name}: {last[-1] if last else ''}" if answer.returncode == 0 else f"{name}:\n{answer.stdout[-6000:]}")
        broken += answer.returncode != 0
    return 1 if broken else 0


def _run(name: str, seconds: int) -> int:
    if importlib.util.find_spec("atheris") is None:
        return _changed_at_random(name, seconds)
    import atheris

    with atheris.instrument_imports(include=list(MODULES)):
        for module in ("keiki.formula", "keiki.trees.bundle", "keiki.trees.diff", "keiki.trees.edit"):
            importlib.import_module(module)
    with tempfile.TemporaryDirectory() as folder:
        for index, seed in enumerate(seeds(name)):
            (Path(folder) / f"seed{index}").write_bytes(seed)
        limits = [f"-max_total_time={seconds}", f"-max_len={LONGEST}", f"-timeout={SLOWEST}", "-rss_limit_mb=3000"]
        atheris.Setup(["fuzz", *limits, f"-artifact_prefix={folder}/", folder], READERS[name])
        atheris.Fuzz()
    return 0


def _changed_at_random(name: str, seconds: int) -> int:
    """Good inputs with pieces taken out, doubled and replaced."""
    chance, good, runs = random.Random(seconds), list(seeds(name)), 0
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        READERS[name](changed(chance, good))
        runs += 1
    print(f"Done {runs} runs")
    return 0


def changed(chance: random.Random, good: Sequence[bytes]) -> bytes:
    """One of the good inputs with a few changes."""
    data = bytearray(chance.choice(good))
    for _ in range(chance.randint(1, 6)):
        start = chance.randrange(len(data) + 1)
        end = min(len(data), start + chance.randint(0, 12))
        other = chance.choice(good)
        at = chance.randrange(len(other) + 1)
        pieces: list[Any] = [b"", data[start:end] * 2, other[at : at + chance.randint(0, 40)], chance.randbytes(3)]
        data[start:end] = chance.choice(pieces)
    return bytes(data[:LONGEST])


def _told(error: Any) -> None:
    """A refusal has words in both languages."""
    _same(bool(error.words("ja") and error.words("en")), True, type(error).__name__)


def _same(found: object, wanted: object, text: str) -> None:
    if found != wanted:
        raise AssertionError(f"{text!r}\n{found!r}\n{wanted!r}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
