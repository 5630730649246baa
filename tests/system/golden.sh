#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What the example's plan says, for a host that a file describes, is what was reviewed:
# tests/golden/small.  After a change that is meant, `tools/golden` writes it anew.
# shellcheck source=tests/system/lib.sh
. tests/system/lib.sh

BULKHEAD=$BULKHEAD tools/golden "$folder/now" >"$output" 2>&1 || not_ok 'tools/golden' "$(tail -n 3 "$output")"
for file in tests/golden/small/*; do
  name=${file##*/}
  if diff -u "$file" "$folder/now/$name" >"$output" 2>&1; then
    ok "$name as reviewed"
  else
    not_ok "$name as reviewed" 'look at the difference, then run tools/golden'
    sed 's/^/  /' "$output" | head -n 40
  fi
done
for file in "$folder"/now/*; do
  [ -e "tests/golden/small/${file##*/}" ] || not_ok "${file##*/} as reviewed" 'it is new: run tools/golden'
done
