# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# What the scripts share; sourced, never run. Sets the working directory to the
# root of the repository.
# shellcheck shell=bash
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

LLVM_BIN=/usr/lib/llvm-22/bin

note() { printf '== %s\n' "$*"; }
die() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

# Our C and C++ files, one path a line.
cpp_files() {
  local folders=()
  for folder in include lib tools test examples bench; do
    [ -d "$folder" ] && folders+=("$folder")
  done
  find "${folders[@]}" -type f \( -name '*.c' -o -name '*.h' -o -name '*.cpp' \) | LC_ALL=C sort
}

# Files that begin with the licence, one path a line: those in C, C++, assembly and
# TableGen, and scripts. Programs in .mlir and .test files are data: the licence of the
# project holds for them without a line of their own.
licensed_files() {
  find include lib tools cmake test examples bench -type f \
    \( -name '*.c' -o -name '*.h' -o -name '*.cpp' -o -name '*.S' -o -name '*.td' -o -name '*.py' \
      -o -name '*.inc' -o -name '*.def' -o -name '*.map' -o -name '*.in' \
      -o -name '*.cmake' -o -name CMakeLists.txt \) |
    LC_ALL=C sort
  find examples bench -name '*.mlir' | LC_ALL=C sort
  echo CMakeLists.txt
  find .ci scripts -maxdepth 1 -type f | LC_ALL=C sort
}

# Debian's Python, which sees Debian's numpy; another one may stand first in PATH.
find_python() {
  local python
  for python in /usr/bin/python3 python3; do
    if "$python" -c 'import numpy' 2>/dev/null; then
      printf '%s\n' "$python"
      return
    fi
  done
  die "no python3 with numpy; run scripts/setup-packages"
}
