#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Names outside change while all runs: another resolver takes over, what is still allowed goes on, and what
# is not ends.  In a network namespace that plays the host.
# shellcheck source=tests/system/lib.sh
[ -n "${INSIDE_HOST-}" ] || INSIDE_HOST=yes exec unshare --net "$0" "$@"
. tests/system/lib.sh
stack=reload-names policy=$folder/policy.yaml door=17450
# shellcheck source=tests/system/names-lib.sh
. tests/system/names-lib.sh
# shellcheck source=tests/system/reload-lib.sh
. tests/system/reload-lib.sh

put "$folder/table" <<'END'
api.example.com A 60 10.77.0.2
other.example.com A 60 10.77.0.3
third.example.com A 60 10.77.0.4
shared.example.com A 60 10.77.0.2
second.example.com A 60 10.77.0.5
END
answer_names 10.77.0.2
answer_names 10.77.0.3
nsenter -t "$neighbour" -n node "$folder/app/peer.js" 8080 8081 &
servers+=($!)
heard_there() { (exec 9<>/dev/tcp/10.77.0.5/8081) 2>/dev/null; }
within 20 'the neighbour serves' heard_there

# With these edges of web, and that name server.
say_names() { # WEB [SERVER]
  put "$policy" <<END
bulkhead: 1
stack: $stack
resolver: {upstream: [${2:-10.77.0.2}]}
services:
  web:
    role: node
    command: [node, asker.js]
    workdir: $folder/app
    files: {read: [$folder/app]}
    listens: [3000]
    publishes: {3000: "127.0.0.1:$door"}
    connects:
      - ${1//$'\n'/$'\n'      - }
END
}
api='{to: "api.example.com:8080", why: a partner}'
other='{to: "other.example.com:8080", why: another}'
unknown() { # NAME HOST
  case $(ask "open/none/$2/8080") in
    ENOTFOUND | EAI_AGAIN | EAI_FAIL) ok "$1" ;;
    *) not_ok "$1" ;;
  esac
}
ended() { [ "$(ask "state/$1")" != open ]; }
processes() { for member in services/web gateway; do pid_of $member; done; }

say_names "$api"
expect 0 'up' bulkhead up
before=$(processes)
asked open/kept/api.example.com/8080 open 'a declared name'
asked say/kept/10 heard 'is connected to'
unknown 'another is none' other.example.com

say_names "$api
$other"
expect 0 'what would change is said' bulkhead reload --dry-run
says "web: may connect to other.example.com:8080 ($policy:14)" 'with its line'
says 'resolver: starts anew with other names' 'and who has to know'
unknown 'nothing has changed' other.example.com
expect 0 'a name is added' bulkhead reload
asked open/other/other.example.com/8080 open 'and counts at once'
asked say/other/10 heard 'in both ways'
asked say/kept/10 heard 'what was open is open'
same "$before" "$(processes)" 'nobody else was restarted'
expect 0 'all is as planned' bulkhead status

# Another place among the lines is no other name.
say_names '{to: "10.77.0.5:8081", why: an address}
{to: "third.example.com:8080", why: before the others}
'"$other
$api"
expect 0 'lines come before the names' bulkhead reload
asked open/address/10.77.0.5/8081 open 'which count'
asked open/third/third.example.com/8080 open 'by their names too'
asked open/again/api.example.com/8080 open 'names are what they were'
asked open/again/other.example.com/8080 open 'all of them'
asked open/none/10.77.0.4/8081 EPERM 'at their ports alone'
asked say/kept/10 heard 'what was open is open'
asked say/other/10 heard 'by any name'
asked say/address/10 heard 'and address'
expect 0 'all is as planned' bulkhead status

# A name that is gone, and one that stood for the address of another.  The time of an address is over: who is
# connected by it stays so.
for place in "inside web" in_router; do
  $place nft delete element inet bulkhead s1/api.example.com/4 '{ 10.77.0.2 }'
done
say_names "$api
{to: \"shared.example.com:8080\", why: at the same address}
{to: \"third.example.com:8080\", why: x}"
expect 0 'one goes, one comes' bulkhead reload
says 'web: may no more connect to other.example.com:8080' 'which is said'
within 2 'what was open by the name that is gone has ended' ended other
within 2 'and by the address' ended address
unknown 'it is none any more' other.example.com
asked open/none/10.77.0.3/8080 ECONNREFUSED 'its address is shut'
asked say/kept/10 heard 'what else was open is open'
asked say/third/10 heard 'all of it'
asked open/again/api.example.com/8080 open 'the address of a name is open again'
asked open/shared/shared.example.com/8080 open 'and to a second name'
say_names "$api"
expect 0 'of which one goes' bulkhead reload
asked say/shared/10 heard 'leave it open for the other'
asked say/kept/10 heard 'as it was'
within 2 'and end what was of a third' ended third
expect 0 'all is as planned' bulkhead status

# It is asked all the while.
failed=0
ask_on() {
  local count=0
  while [ -e "$folder/asking" ]; do
    is open/many/api.example.com/8080 open || echo "$count" >>"$folder/failed"
    count=$((count + 1))
  done
  echo "$count" >"$folder/count"
}
touch "$folder/asking"
ask_on &
asking=$!
for _ in $(seq 10); do
  say_names "$api
$other"
  bulkhead reload >"$output" 2>&1 || failed=$((failed + 1))
  say_names "$api"
  bulkhead reload >"$output" 2>&1 || failed=$((failed + 1))
done
rm "$folder/asking"
wait "$asking"
same 0 "$failed" 'twenty reloads'
if [ -e "$folder/failed" ]; then not_ok 'whoever asks meanwhile is answered' "$(wc -l <"$folder/failed") were not"; else ok 'whoever asks meanwhile is answered'; fi
if [ "$(cat "$folder/count")" -gt 20 ]; then ok 'often'; else not_ok 'often' "$(cat "$folder/count") times"; fi
asked say/kept/10 heard 'and what was open first is open'
same "$before" "$(processes)" 'by the same processes'

# Another server, and a name that has to be said.
: >"$folder/asked"
say_names "$api
{to: \"second.example.com:8080\", why: x}" 10.77.0.3
expect 0 'another server, and a name' bulkhead reload
say_names "$api
{to: \"second.example.com:8080\", why: x}" 10.77.0.2
expect 0 'another server alone' bulkhead reload
says 'resolver: starts anew with other servers' 'is said'
asked open/second/second.example.com/8080 open 'and asked'
expect 0 'as is planned' bulkhead status
say_names "${api/why/tls: true, why}
{to: \"second.example.com:8080\", tls: true, why: x}"
expect 0 'names have to be said' bulkhead reload
says "to api.example.com:8080: its name has to be said (TLS)" 'which is said'
says 'outlet: starts anew with other ports' 'to the outlet'
asked open/mute/api.example.com/8080 open 'who connects'
ask say/mute/10 >"$output"
if grep -q heard "$output"; then not_ok 'and says nothing of it is heard by nobody'; else ok 'and says nothing of it is heard by nobody'; fi
asked say/kept/10 heard 'who was connected before goes on'
same "$before" "$(processes)" 'all by the same processes'
expect 0 'as is planned' bulkhead status

# The last name goes with its resolver: not while it runs.
say_names '{to: "10.77.0.5:8081", why: an address}'
expect 4 'the last name does not go' bulkhead reload
says 'resolver goes with the last name outside' 'which is said'
asked say/kept/10 heard 'nothing has changed'
expect 0 'down' bulkhead down
