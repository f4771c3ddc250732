"""Runs every workload in a process of its own: `python -m benchmarks [name …]`."""

from __future__ import annotations

import pkgutil
import subprocess
import sys

import benchmarks


def main(names: list[str]) -> int:
    """Run the named workloads, all by default; 1 when one of them misses its limit or fails."""
    workloads = names or [module.name for module in pkgutil.iter_modules(benchmarks.__path__)]
    codes = []
    for name in workloads:
        if name.startswith("__"):
            continue
        print(f"== {name}", flush=True)
        codes.append(subprocess.run([sys.executable, "-m", f"benchmarks.{name}"]).returncode)
    return 1 if any(codes) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
