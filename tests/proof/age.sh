#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# No proof in docs/proof is older than the code that it is about: each holds the number that
# tests/proof/tokens made of that code, comments aside.  A proof takes hours, so for a day after the
# first commit to its code it is skipped, with what to run; then it fails.  README.md quotes what each
# says.  Lines as of tests/system.
set -uo pipefail
cd "${1-$(dirname "$0")/../..}" || exit 2
bad=0 day=$((24 * 60 * 60))

ok() { echo "ok $1"; }
not_ok() {
  echo "not ok $1: $2"
  bad=1
}
value() { sed -n "s/^  \"$2\": \"\(.*\)\",*\$/\1/p" "docs/proof/$1.json"; }

# Since when the code is another, by git; no answer where there is no history.
changed() { # NAME PATH...
  local commit date
  date=$(value "$1" date)
  commit=$(value "$1" commit)
  commit=${commit%-changed}
  shift
  [ "$(git rev-parse --is-shallow-repository 2>/dev/null)" = false ] || return
  if git merge-base --is-ancestor "$commit" HEAD 2>/dev/null; then
    git log --format=%ct "$commit..HEAD" -- "$@" | tail -n 1
  else
    date -d "$date" +%s
  fi
}

judge_age() { # NAME PATH...
  local name=$1 since
  shift
  if [ "$(value "$name" code)" = "$(tests/proof/tokens "$@")" ]; then
    ok "$name is as new as its code"
  elif ! since=$(changed "$name" "$@") || [ -z "$since" ]; then
    echo "skip $name is as new as its code: it is older, and no history says since when: tools/prove $name"
  elif [ $(($(date +%s) - since)) -lt $day ]; then
    echo "skip $name is as new as its code: that changed within a day: tools/prove $name"
  else
    not_ok "$name is as new as its code" "it is older than $*: tools/prove $name"
  fi
}

for definition in tests/proof/*; do
  name=${definition##*/}
  case $name in *.* | tokens) continue ;; esac
  # shellcheck source=/dev/null
  . "$definition"
  if [ ! -e "docs/proof/$name.json" ]; then
    not_ok "$name is there" "tools/prove $name"
    continue
  fi
  # shellcheck disable=SC2154 # of the definition
  judge_age "$name" "${depends[@]}"
  if grep -qx '  "holds": true,' "docs/proof/$name.json"; then ok "$name holds"; else not_ok "$name holds" "it does not"; fi
  says=$(value "$name" says)
  if grep -qF -- "| $says |" README.md; then
    ok "README.md quotes $name"
  else
    not_ok "README.md quotes $name" "it should say: $says"
  fi
done
exit $bad
