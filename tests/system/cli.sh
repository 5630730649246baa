#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The verbs that judge: check, explain, plan, doctor, and wrong use of any.  None needs root or
# changes anything.
# shellcheck source=tests/system/lib.sh
. tests/system/lib.sh

command -v redis-server >/dev/null || skip_all 'needs redis-server'
# Copies: the checkout may lie where only root looks.
install -m 755 "$BULKHEAD" "$folder/bulkhead"
install -d "$folder/roles"
install -m 644 "$roles"/*.yaml "$folder/roles/"

put "$folder/good.yaml" <<'EOF'
bulkhead: 1
stack: cli-test
services:
  cache:
    role: redis
    command: [redis-server, --port, "6379", --save, ""]
    listens: [6379]
  reader:
    role: redis
    command: [redis-server, --port, "6380", --save, ""]
    connects: [cache:6379]
assert:
  - cache never connects
EOF
sed 's/cache:6379/cashe:6379/' "$folder/good.yaml" >"$folder/bad.yaml"
sed 's/cache never connects/reader never connects/' "$folder/good.yaml" >"$folder/failed.yaml"
sed 's/connects: /on-violation: kill\n    connects: /' "$folder/good.yaml" >"$folder/later.yaml"

expect 0 'a good policy passes' "$BULKHEAD" check --roles "$folder/roles" "$folder/good.yaml"
expect 2 'a bad policy is refused' "$BULKHEAD" check --roles "$folder/roles" "$folder/bad.yaml"
says "bad.yaml:11:16: error:" 'with file, line and column'
says "did you mean 'cache'" 'and what may have been meant'
expect 1 'a failed assertion is a no' "$BULKHEAD" check --roles "$folder/roles" "$folder/failed.yaml"
expect 0 'a key of later is a warning to check' "$BULKHEAD" check --roles "$folder/roles" "$folder/later.yaml"
says "warning: 'on-violation'" 'that names it'
expect 3 'and an error to up' "$BULKHEAD" up --roles "$roles" -f "$folder/later.yaml"
expect 125 'and to run' "$BULKHEAD" run --roles "$roles" -f "$folder/later.yaml" cache
expect 125 'run says so in JSON too' "$BULKHEAD" run --json --roles "$roles" -f "$folder/later.yaml" cache
says '"code": 3' 'with the code'

expect 0 'explain lists rights' "$BULKHEAD" explain --roles "$folder/roles" -f "$folder/good.yaml" reader
says 'cache:6379' 'among them its edge'
says 'good.yaml:11:16' 'with the line that gave it'
says '(role)' 'and marks what the role gave'
expect 2 'an unknown service is wrong use' "$BULKHEAD" explain --roles "$folder/roles" -f "$folder/good.yaml" none
says 'hint: its services: cache, reader' 'with those there are'
expect 2 'a service misspelt is too' "$BULKHEAD" explain --roles "$folder/roles" -f "$folder/good.yaml" cahce
says 'hint: did you mean cache?' 'with the one that is near'
expect 0 'plan prints JSON' "$BULKHEAD" plan --json --roles "$roles" -f "$folder/good.yaml"
cp "$output" "$folder/first.json"
expect 0 'and again' "$BULKHEAD" plan --json --roles "$roles" -f "$folder/good.yaml"
if cmp -s "$output" "$folder/first.json"; then ok 'the same bytes'; else not_ok 'the same bytes'; fi

expect 0 'doctor finds all that a launch needs' "$BULKHEAD" doctor
"$BULKHEAD" doctor --json --roles "$roles" -f "$folder/good.yaml" >"$folder/host.json" 2>"$output"
expect 0 'its JSON is a host to plan for' \
  "$BULKHEAD" plan --json --roles "$roles" -f "$folder/good.yaml" --host "$folder/host.json"
if cmp -s "$output" "$folder/first.json"; then ok 'and gives the same plan'; else
  not_ok 'and gives the same plan' "$(diff "$output" "$folder/first.json" | head -n 5)"
fi

expect 2 'an unknown verb is wrong use' "$BULKHEAD" chekc
says 'did you mean check' 'with the nearest verb'
expect 2 'an unknown option is wrong use' "$BULKHEAD" check --jsno
says 'did you mean --json' 'with the nearest option'
expect 2 'an option before the verb is wrong use' "$BULKHEAD" -f "$folder/good.yaml" check
says 'hint: the verb comes first' 'with the order'
expect 125 'run --role without a command is wrong use' "$BULKHEAD" run --role worker
says 'hint: bulkhead run --role worker -- PROGRAM' 'with what to type'
expect 125 'a role that is none' "$BULKHEAD" run --roles "$roles" --role nonsense -- true
says 'hint: roles: common, haproxy, image-processor,' 'with those there are'
expect 2 'a policy that is not there, in JSON' "$BULKHEAD" check --json "$folder/nothing.yaml"
says "\"where\": \"$folder/nothing.yaml\"" 'is named without a line'
expect 2 'a folder of roles that is not there is wrong use' "$BULKHEAD" check --roles "$folder/none" "$folder/good.yaml"
says "there is no folder of roles $folder/none" 'and said'
for verb in check plan explain doctor --version; do
  case $verb in
    --*) words=() ;;
    explain) words=(--roles "$folder/roles" -f "$folder/good.yaml" cache) ;;
    *) words=(--roles "$folder/roles" -f "$folder/good.yaml") ;;
  esac
  # shellcheck disable=SC2016 # for the inner shell
  expect 4 "an answer that cannot be written is none: $verb" bash -c '"$@" >/dev/full' - "$BULKHEAD" "$verb" "${words[@]}"
  says 'cannot write the answer: No space left on device' "and $verb says so"
done
expect 0 'help is not' "$BULKHEAD" run --help
says '--bring FILE' 'and lists the options'
expect 2 'no policy is wrong use' env -C "$folder" "$(realpath "$BULKHEAD")" check
says 'bulkhead run --role' 'and says what to try'

as_nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }
expect 5 'up needs root' as_nobody "$folder/bulkhead" up -f "$folder/good.yaml"
expect 125 'run needs root' as_nobody "$folder/bulkhead" run -f "$folder/good.yaml" cache
expect 0 'check does not' as_nobody "$folder/bulkhead" check --roles "$folder/roles" "$folder/good.yaml"
expect 0 'explain does not' as_nobody "$folder/bulkhead" explain --roles "$folder/roles" -f "$folder/good.yaml" cache
expect 0 'plan does not' as_nobody "$folder/bulkhead" plan --json --roles "$folder/roles" -f "$folder/good.yaml"
# Nobody can try every feature, and what nobody tried is a gap, never a yes.
expect 1 'doctor does not, and knows what it could not try' as_nobody "$folder/bulkhead" doctor
says 'not tried' 'which it says'
says 'run it as root' 'and how to know'
as_nobody "$folder/bulkhead" doctor --json >"$output"
untried=$(grep -c '"state": "not-tried"' "$output")
if [ "$untried" -gt 0 ]; then ok 'untried features are listed'; else not_ok 'untried features are listed'; fi
root_has() { "$BULKHEAD" doctor --json | grep -A1 "\"name\": \"$1\"" | grep -q '"state": "yes"'; }
lies=''
while read -r name; do
  root_has "$name" || lies="$lies $name"
done < <(sed -n '/"name"/{N;/"state": "yes"/s/.*"name": "\([a-z0-9-]*\)".*/\1/p}' "$output")
if [ -z "$lies" ]; then ok 'nobody says yes where root does not'; else not_ok 'nobody says yes where root does not' "$lies"; fi
expect 0 'plan shows them as gaps' as_nobody "$folder/bulkhead" plan --roles "$folder/roles" -f "$folder/good.yaml"
says 'was not tried' 'that stop a launch'
if [ -e /run/bulkhead/cli-test ]; then not_ok 'nothing was touched'; else ok 'nothing was touched'; fi
