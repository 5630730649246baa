#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What ages a proof is code and no text: comments, blank lines and indents leave the number of
# tests/proof/tokens as it is; a word of code, a string and a file more do not.
set -euo pipefail
cd "${1-$(dirname "$0")/../..}"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
status=0
tokens() { tests/proof/tokens "$folder"; }

put() { # NAME < TEXT
  cat >"$folder/$1"
}
is() { # same|other WHAT
  local now relation=same
  now=$(tokens)
  [ "$now" = "$before" ] || relation=other
  [ "$relation" = "$1" ] || { echo "$2: the number is $relation"; status=1; }
}

put code.c <<<'int a = 1; /* one */ char *b = "/* no comment */";'
put role.yaml <<<'allow: [read] # why'
put run <<<$'#!/bin/bash\necho "$#" # how many'
before=$(tokens)
put code.c <<<$'// another text\n\nint a =\n\t1; char *b = "/* no comment */";'
is same 'another comment in C'
put role.yaml <<<$'# more\nallow: [read]'
is same 'another comment in YAML'
put run <<<$'#!/bin/bash\n\n# How many.\n  echo "$#"'
is same 'another comment in a script'
put note.md <<<'a text'
is same 'a text more'
put code.c <<<'int a = 1; char *b = "/* a comment */";'
is other 'another string'
put code.c <<<'int a = 1; char *b = "/* no comment */";'
put role.yaml <<<'allow: [write]'
is other 'another word in YAML'
put role.yaml <<<'allow: [read]'
put run <<<$'#!/bin/bash\necho "$1"'
is other 'another word in a script'
put run <<<$'#!/bin/bash\necho "$#"'
is same 'all as it was'
put more.c </dev/null
is other 'a file more'
exit $status
