# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The launchers that bench/parts compare, each with the common work of bench/common.list.  Sourced;
# the folder of the run is $BENCH_DIR, that of the build $BENCH_BUILD.

floor_command() { # [-STEP]... PROGRAM...
  local left_out=()
  while [[ $1 == -* ]]; do left_out+=("$1"); shift; done
  command=("$BENCH_BUILD/bench/floor" "${left_out[@]}" "$BENCH_DIR/list" "$BENCH_DIR/filter" "$@")
}

# The rows of those that are here, in $rows as bench/interleave wants them (with `++` before each);
# who is not, and what the others leave out, in $notes.
rows=() notes=()
peer_rows() { # PROGRAM...
  local peer name reason
  local -a command
  for peer in bench/peers/*; do
    name=${peer##*/}
    if ! reason=$("$peer" have); then
      notes+=("$name" "skipped: $reason")
      continue
    fi
    mapfile -t command < <("$peer" command "$BENCH_DIR" "$@")
    if ! reason=$("${command[@]}" 2>&1 9<"$BENCH_DIR/filter" </dev/null); then
      notes+=("$name" "skipped: it fails here: $(tail -n 1 <<<"$reason" | cut -c 1-120)")
      continue
    fi
    rows+=(++ "$name" "${command[@]}")
    notes+=("$name" "$("$peer" version); without $("$peer" lacks)")
  done
}

print_notes() { printf '  %-16s %s\n' "${notes[@]}"; }
