"""The readers that are fuzzed take good inputs, refuse bad ones in words, and tell what breaks."""

from __future__ import annotations

import random

import pytest

from tools import fuzz


@pytest.mark.parametrize("name", sorted(fuzz.READERS))
def test_reader_stands_good_and_changed_inputs(name):
    good = list(fuzz.seeds(name))
    for seed in good:
        fuzz.READERS[name](seed)
    chance = random.Random(1)
    for _ in range(100):
        fuzz.READERS[name](fuzz.changed(chance, good))


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"a" * 5000, b"[" * 3000, b"{" * 3000, b"-" * 3000, b"9" * 5000])
def test_readers_stand_odd_bytes(data):
    for reader in fuzz.READERS.values():
        reader(data)


def test_broken_reader_is_told(monkeypatch):
    monkeypatch.setitem(fuzz.READERS, "target", lambda data: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        fuzz._changed_at_random("target", 1)
