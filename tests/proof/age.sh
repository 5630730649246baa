#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# No proof in docs/proof is older than the code that it is about: each holds the number that
# tests/proof/tokens made of that code, comments aside.  And README.md quotes what each says.
set -euo pipefail
cd "${1-$(dirname "$0")/../..}"
status=0

complain() { echo "$*"; status=1; }
value() { sed -n "s/^  \"$2\": \"\(.*\)\",*\$/\1/p" "docs/proof/$1.json"; }

for definition in tests/proof/*; do
  name=${definition##*/}
  case $name in *.* | tokens) continue ;; esac
  # shellcheck source=/dev/null
  . "$definition"
  if [ ! -e "docs/proof/$name.json" ]; then
    complain "docs/proof/$name.json is missing: tools/prove $name"
    continue
  fi
  # shellcheck disable=SC2154 # of the definition
  [ "$(value "$name" code)" = "$(tests/proof/tokens "${depends[@]}")" ] ||
    complain "docs/proof/$name.json of $(value "$name" date) is older than the code (${depends[*]}): tools/prove $name"
  grep -qx '  "holds": true,' "docs/proof/$name.json" || complain "docs/proof/$name.json does not hold"
  says=$(value "$name" says)
  grep -qF -- "| $says |" README.md || complain "README.md does not quote docs/proof/$name.json: $says"
done
exit $status
