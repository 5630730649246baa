#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What `check` says, to the letter; and that it judges the text alone: what this machine lacks is a
# note to it, and an error to `up` and `run`, before anything is touched.
# shellcheck source=tests/system/lib.sh
. tests/system/lib.sh

same() { # GOLDEN NAME: what was printed is the golden file
  if diff -u "tests/golden/$1" "$output" >"$folder/.diff"; then
    ok "$2"
  else
    not_ok "$2"
    sed 's/^/  /' "$folder/.diff" | head -n 40
  fi
}

# A policy with mistakes of every kind shows all of them.  The repository's own files may lie
# where others than root can write, so the copy is judged by one who is not root.
install -m 755 "$BULKHEAD" "$folder/bulkhead"
cp -r roles "$folder/roles"
mkdir -p "$folder/tests/golden" "$folder/examples"
cp tests/golden/broken.yaml tests/golden/later.yaml "$folder/tests/golden/"
cp examples/design.yaml "$folder/examples/"
chmod -R a+rX "$folder"
nobody() { env -C "$folder" setpriv --reuid 65534 --regid 65534 --clear-groups ./bulkhead "$@"; }
expect 2 'a policy with mistakes of every kind' nobody check --roles roles -f tests/golden/broken.yaml
same broken.txt 'all of them in one run, each with line, caret and hint'
expect 2 'the same in JSON' nobody check --json --roles roles -f tests/golden/broken.yaml
says '"code": 2' 'with the status as code'
says "\"hint\": \"did you mean 'nginx'?\"" 'and the hints'

# The design's example: its text is the design's, and nothing of it is left for later.
if sha256sum --status -c <<<"6bc0958d04260bb57e73bd56dcb4eeed35f5d6ce074b3103b61aca74d78f83a3  examples/design.yaml" 2>/dev/null; then
  ok "the example is the design's text"
else
  not_ok "the example is the design's text"
fi
expect 0 "the design's example is good" nobody check --roles roles -f examples/design.yaml
if grep ': warning: ' "$output"; then not_ok 'without a warning'; else ok 'without a warning'; fi

# What is not enforced yet is warned of, and refused.
expect 0 'keys of later are none of a mistake' nobody check --roles roles -f tests/golden/later.yaml
warned=$(grep -c ': warning: .* is not enforced by this version$' "$output")
expect 3 'up refuses those keys' "$BULKHEAD" up --roles "$folder/roles" -f "$folder/tests/golden/later.yaml"
refused=$(grep -c ': error: .* is not enforced by this version$' "$output")
listed=$(grep -c '^- .' <(sed -n '/^All of them, parts of other keys/,/^## /p' docs/policy.md))
if [ "$warned" -gt 0 ] && [ "$warned" = "$refused" ] && [ "$warned" = "$listed" ]; then
  ok 'each of them, as the reference lists them'
else
  not_ok 'each of them, as the reference lists them' "$warned warned of, $refused refused, $listed listed"
fi

# The reference's own example.
awk '/^```yaml$/{on=1;next} /^```$/{if(on)exit} on' docs/policy.md | put "$folder/reference.yaml"
expect 0 "the reference's example is good" nobody check --roles roles -f reference.yaml
says 'shop: good: 4 services' 'and whole'

# What this machine lacks.
policy=$folder/lacks.yaml
cp roles/common.yaml "$folder/roles/"
put "$policy" <<EOF
bulkhead: 1
stack: check-test
services:
  one:
    role: worker
    command: /no/such/program
    user: no-such-user
    groups: [no-such-group]
    files: {read: [/no/such/path], write: [/no/such/spool]}
    workdir: /no/such/folder
    secrets: {KEY: /no/such/key}
    programs: [/no/such/tool]
EOF
lacks() { # LEVEL: each thing that is missing is said, at its line
  local level=$1 place
  for place in "6:14: $level: program '/no/such/program': No such file" "7:11: $level: there is no user 'no-such-user'" \
    "8:14: $level: there is no group 'no-such-group'" "9:20: $level: /no/such/path" \
    "9:44: $level: /no/such/spool" "10:14: $level: workdir /no/such/folder is not a folder" \
    "11:15: $level: " "12:16: $level: "; do
    says "lacks.yaml:$place" "$level at ${place%%: *}"
  done
  for place in "adduser --system no-such-user" "{path: /no/such/spool, create: 0750}" \
    "files: {read: [/no/such/folder]}"; do
    says "$place" "$level says what to type: $place"
  done
}
ids=/var/lib/bulkhead/ids
before=$(cat $ids 2>/dev/null)
untouched() { # NAME
  if [ -e /run/bulkhead/check-test ] || [ -e /var/log/bulkhead/check-test ] ||
    [ "$(cat $ids 2>/dev/null)" != "$before" ]; then
    not_ok "$1"
  else
    ok "$1"
  fi
}
expect 0 'what this machine lacks is no mistake of the text' \
  "$BULKHEAD" check --roles "$folder/roles" "$policy"
lacks note
expect 2 'up refuses it' "$BULKHEAD" up --roles "$folder/roles" -f "$policy"
lacks error
untouched 'before anything is touched'
expect 125 'run refuses it' "$BULKHEAD" run --roles "$folder/roles" -f "$policy" one
lacks error
untouched 'before anything is touched by run'
expect 125 'in JSON too' "$BULKHEAD" run --json --roles "$folder/roles" -f "$policy" one
says '"code": 2' 'with the code'

# What is wrong in any version outweighs what this one cannot do.
sed 's/user: no-such-user/user: root\n    on-violation: kill/' "$policy" >"$folder/both.yaml"
expect 2 'a mistake beside a key of later is bad policy' \
  "$BULKHEAD" up --roles "$folder/roles" -f "$folder/both.yaml"
says "'on-violation' is not enforced by this version" 'and both are said'
untouched 'nothing was touched in the end'
