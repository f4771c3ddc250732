#!/usr/bin/env bash
# Resolves pyproject.toml and writes requirements/*.lock with hashes and without any address. First argument: uv.
set -euo pipefail
uv=$1
options=(--quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate)
"$uv" pip compile "${options[@]}" --all-extras --group dev pyproject.toml --output-file requirements/dev.lock
"$uv" pip compile "${options[@]}" --extra server --extra postgres --constraints requirements/dev.lock \
  pyproject.toml --output-file requirements/run.lock
echo uv | "$uv" pip compile "${options[@]}" - --output-file requirements/uv.lock
