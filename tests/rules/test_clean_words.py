"""Registry hosts and machine paths are found, ordinary paths are not."""

from __future__ import annotations

from tools.rules.clean_words import HOSTS, problems


def test_clean_words_finds_registries_and_machine_paths(repository, write):
    write("a.lock", f"one\n--index-url https://{HOSTS[0]}/simple\n")
    write("b.md", "ordinary /usr/lib/x and src/work/x\n" + "/".join(["", "root", "x"]) + "\n")
    assert list(problems(repository)) == [
        "a.lock:2 names a package registry",
        "b.md:2 names a path of one machine",
    ]


def test_clean_words_leaves_binary_files_alone(repository, write):
    write("a.bin", "").write_bytes(b"\xff\xfe\x00")
    assert list(problems(repository)) == []
