#!/usr/bin/env bash
# Prints the first Python of at least 3.11 on this machine.
set -euo pipefail
for name in python3 python3.14 python3.13 python3.12 python3.11 python; do
  if command -v "$name" >/dev/null && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    command -v "$name"
    exit 0
  fi
done
echo "Keiki needs Python 3.11 or newer. Install it, or name it: make run PYTHON=/path/to/python3.11" >&2
echo "python3-3.11-or-newer-is-missing"
exit 1
