#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What our texts point at is there: each relative link of every *.md, the heading that it names,
# and each file that stands in backquotes.  A file may be named from the root, from src/, from the
# folder of the text, or by its own name alone; ROLE, NAME and thing stand for any word.  And
# attempts of the drill that docs/drills.md names.
set -euo pipefail
cd "${1-$(dirname "$0")/..}"
files=$(git ls-files 2>/dev/null || find . -type f -not -path './build*' -not -path './.git*' -printf '%P\n')
status=0

complain() { echo "$1: $2"; status=1; }

# The headings of a text, as links name them.
headings() { sed -n 's/^##* //p' "$1" | tr '[:upper:] ' '[:lower:]-' | tr -cd 'a-z0-9\n_-'; }

# Whether a file or folder of ours fits the pattern.
exists() { # FOLDER-OF-THE-TEXT PATTERN
  local pattern place
  pattern=$(sed -E 's/\b(ROLE|NAME|thing)\b/*/g; s|/$||; s/[.]/\\./g; s/\*/[^\/]*/g' <<<"$2")
  place="(|src/|$1/)"
  [[ $2 == */* ]] || place='(|.*/)'
  grep -qE "^$place$pattern(/|\$)" <<<"$files"
}

check_links() { # TEXT
  local link target
  while IFS= read -r link; do
    target=$1
    [[ $link == '#'* ]] || target=$(realpath -m --relative-to . "$(dirname "$1")/${link%%#*}")
    if ! grep -qE "^$target(/|\$)" <<<"$files"; then
      complain "$1" "the link $link leads to no file"
    elif [[ $link == *'#'* ]] && ! headings "$target" | grep -qxF -- "${link#*#}"; then
      complain "$1" "the link $link leads to no heading of $target"
    fi
  done < <(grep -oE '\]\([^)]+\)' "$1" | sed 's/^](//; s/)$//' | grep -vE '^[a-z]+:')
}

# Words in backquotes that are files: those that begin with a folder of ours, or end as our files do.
# shellcheck disable=SC2016 # the backquotes are those of the text
check_names() { # TEXT
  local name
  while IFS= read -r name; do
    exists "$(dirname "$1")" "$name" || complain "$1" "there is no $name"
  done < <(grep -oE '`[^` ]+`' "$1" | tr -d '`' |
    grep -E "^($folders)/[A-Za-z0-9_.*/-]*\$|^[A-Za-z0-9_*-][A-Za-z0-9_.*/-]*\.(c|h|sh|md|tsv|yaml)\$")
}

# Attempts that the table of doors names are attempts of the drill.
check_doors() { # TEXT
  local name count=0
  while IFS= read -r name; do
    count=$((count + 1))
    grep -qF "\"$name\"" src/drill/*.c || complain "$1" "there is no attempt $name"
  done < <(sed -n '/^## Doors that were used/,/^## Adding/p' "$1" | grep '^|' | tail -n +3 |
    cut -d'|' -f4 | tr ',' '\n' | tr -d ' ')
  [ "$count" -ge 40 ] || complain "$1" "only $count attempts are named for doors"
}

folders=$(sed -nE 's|^(src/)?([a-z]+)/.*|\2|p' <<<"$files" | sort -u | paste -sd '|')
while IFS= read -r text; do
  check_links "$text"
  check_names "$text"
done < <(grep '\.md$' <<<"$files")
if [ -d src/drill ]; then check_doors docs/drills.md; fi
exit $status
