#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Edges and what they may carry change while all runs: what is still allowed goes on, what is not ends.
# shellcheck source=tests/system/lib.sh
. tests/system/lib.sh
stack=reload-edges
door=17440 beside=''
clean_up() {
  take_down $stack
  [ -z "$beside" ] || kill "$beside"
}
# shellcheck source=tests/system/reload-lib.sh
. tests/system/reload-lib.sh

write "$always, db:5432"
expect 0 'up' bulkhead up
before=$(processes)
asked open/kept/keep/7000 open 'an edge leads to keep'
asked open/gone/db/5432 open 'and one to db'
asked open/none/db/5433 EPERM 'and no other'

# Half of a bucket.
asked open/bucket/keep/7001 open 'a line with a budget'
asked say/bucket/300000 heard 'carries what it may'

write "$always, db:5432, db:5433"
tables=$(handles)
expect 0 'what would change is said' bulkhead reload --dry-run
says "web: may connect to db:5433 ($policy:11)" 'with its line'
says 'nothing was changed' 'and that nothing has'
same "$tables" "$(handles)" 'which is true'
expect 0 'or as JSON' bulkhead reload --dry-run --json
says '"text": "may connect to db:5433"' 'which says the same'
asked open/none/db/5433 EPERM 'it is refused as before'
expect 0 'an edge is added' bulkhead reload
asked open/new/db/5433 open 'and counts at once'
asked say/new/10 heard 'in both ways'
same "$before" "$(processes)" 'nobody was restarted'
asked say/kept/10 heard 'what was open is open'
asked say/gone/10 heard 'all of it'
expect 0 'all is as planned' bulkhead status
if grep -q 'launched by plan' "$output"; then not_ok 'and nobody needs a restart'; else ok 'and nobody needs a restart'; fi
expect 0 'the same again changes nothing' bulkhead reload --dry-run
says 'nothing would change' 'and says so'

write "$always, db:5433"
expect 0 'an edge is taken away' bulkhead reload
says 'web: may no more connect to db:5432' 'which is said'
gone_ended() { [ "$(ask state/gone)" != open ]; }
within 2 'its connection has ended, although nobody spoke' gone_ended
asked open/none/db/5432 EPERM 'the next is refused at once'
asked say/new/10 heard 'others go on'
asked say/kept/10 heard 'all of them'
if inside db ss -Htn state established 'sport = :5432' | grep -q .; then
  not_ok 'at the other end it has ended too'
else
  ok 'at the other end it has ended too'
fi
expect 0 'all is as planned then' bulkhead status

# Followed: datagrams, and what is found on the own loopback.
db=$(inside db ip -4 -o address show eth0 | sed 's/.*inet \([0-9.]*\).*/\1/')
asked "udp/flow/$db" heard 'datagrams come back'
write 'keep:7000, {to: "keep:7001", bytes: 1MB/h}, db:5433'
expect 0 'their edge is taken away' bulkhead reload
if is "udp/flow/$db" heard; then not_ok 'none is heard any more'; else ok 'none is heard any more'; fi
if { inside db cat /proc/net/nf_conntrack; in_router cat /proc/net/nf_conntrack; } 2>/dev/null | grep -q 'dport=53 '; then
  not_ok 'nor followed'
else
  ok 'nor followed'
fi
asked say/kept/10 heard 'what is open goes on'
write "$always, db:5433"
expect 0 'and comes back' bulkhead reload
asked "udp/flow/$db" heard 'with its datagrams'
asked say/kept/10 heard 'what is open goes on'
asked open/near/127.0.0.1/5555 EPERM 'nothing is found on the own loopback'
write "$always, {to: \"db:5433\", at: \"127.0.0.1:5555\"}"
expect 0 'db is to be found there' bulkhead reload
says 'web: finds db:5433 at 127.0.0.1 port 5555' 'which is said'
asked open/near/127.0.0.1/5555 open 'and is'
asked say/near/10 heard 'in both ways'
asked say/new/10 heard 'what was open goes on'
expect 0 'all is as planned again' bulkhead status
write "$always"
expect 0 'its edge is taken away' bulkhead reload
near_ended() { [ "$(ask state/near)" != open ] && [ "$(ask state/new)" != open ]; }
within 2 'all that led there has ended' near_ended
asked say/kept/10 heard 'and nothing else'
expect 0 'as is planned' bulkhead status

# A hundred of them, one with another line before the budget.
other='{to: "db:5432", new-connections: 5/s, bandwidth: 8mbit}'
failed=0
for number in $(seq 50); do
  write "$other, $always"
  bulkhead reload >"$output" 2>&1 || failed=$number
  write "$always"
  bulkhead reload >"$output" 2>&1 || failed=$number
done
same 0 "$failed" 'a hundred reloads'
asked say/kept/10 heard 'and what was open first is still open'
same "$before" "$(processes)" 'nobody was restarted by any'
if is say/bucket/300000 heard; then not_ok 'what was used of a bucket is used'; else ok 'what was used of a bucket is used'; fi
write "$always, db:5433"
sed -i 's|1MB/h|2MB/h|' "$policy"
expect 0 'a larger bucket' bulkhead reload
says '2097152 bytes in 3600 s instead of 1048576 bytes in 3600 s' 'is said'
asked open/bucket/keep/7001 open 'and is another'
asked say/bucket/600000 heard 'which carries more'
expect 0 'as planned' bulkhead status
write "{to: \"db:5433\", bandwidth: 8mbit}, $always"
expect 0 'a bandwidth' bulkhead reload
if inside web tc class show dev eth0 | grep -q 'rate 8Mbit'; then ok 'is a class'; else not_ok 'is a class'; fi
sed -i 's|8mbit|4mbit|' "$policy"
expect 0 'another' bulkhead reload
if inside web tc class show dev eth0 | grep -q 'rate 4Mbit'; then ok 'is its rate'; else not_ok 'is its rate'; fi
asked open/new/db/5433 open 'what passes it passes'
expect 0 'and is planned' bulkhead status

# Who is started meanwhile or afterwards is so by the new plan.
expect 0 'one is restarted' bulkhead restart db
asked open/new/db/5433 open 'and reached'
expect 0 'as is planned now' bulkhead status

# Doors, and ports of this machine, are of processes that others take over from.  A customer who has said
# half of what he asks is heard to the end, or not.
half() { # PORT
  exec {customer}<>"/dev/tcp/127.0.0.1/$1"
  printf 'GET /state/kept HTTP/1.1\r\nHost: shop\r\n' >&"$customer"
}
whole() { # is it heard?
  { printf 'Connection: close\r\n\r\n' >&"$customer"; } 2>/dev/null
  timeout 3 cat <&"$customer" >"$output" 2>/dev/null
  exec {customer}>&-
  grep -q '^open' "$output"
}
goes_on() { if whole; then ok "$1"; else not_ok "$1"; fi; }
has_ended() { if whole; then not_ok "$1"; else ok "$1"; fi; }
trap '' PIPE
gateway=$(pid_of gateway)
half 17440
sed -i 's|publishes: .*|publishes: {3000: ["127.0.0.1:17440", "127.0.0.1:17441"]}|' "$policy"
expect 0 'a second door' bulkhead reload
says 'gateway: starts anew with other doors' 'is said'
goes_on 'who came by the first goes on'
within 5 'then the gateway before has ended' gone "$gateway"
asked say/kept/10 heard 'the first is open'
door=17441
asked say/kept/10 heard 'and the second'
half 17440
first=$customer
half 17441
write "$always, db:5433" '' 17441
expect 0 'the first is taken away' bulkhead reload
goes_on 'who came by the second goes on'
customer=$first
has_ended 'who came by the first does not'
asked say/kept/10 heard 'the second is open'
expect 7 'the first is shut' curl -s --max-time 3 http://127.0.0.1:17440/state/kept
half 17441
sed -i 's|publishes: .*|publishes: {3000: {at: ["127.0.0.1:17441"], from: [127.0.0.0/8]}}|' "$policy"
expect 0 'a range of customers' bulkhead reload
goes_on 'who is in it goes on'
half 17441
sed -i 's|from: .127.*|from: [192.0.2.0/24]}}|' "$policy"
expect 0 'and one without him' bulkhead reload
has_ended 'ends what is his'
failed=0 count=0
write "$always, db:5433" '' 17441
expect 0 'everybody' bulkhead reload
touch "$folder/coming"
come() {
  while [ -e "$folder/coming" ]; do
    is say/kept/10 heard || echo "$count" >>"$folder/turned-away"
    count=$((count + 1))
  done
  echo "$count" >"$folder/count"
}
come &
coming=$!
for number in $(seq 5); do
  sed -i 's|publishes: .*|publishes: {3000: ["127.0.0.1:17440", "127.0.0.1:17441"]}|' "$policy"
  bulkhead reload >"$output" 2>&1 || failed=$number
  write "$always, db:5433" '' 17441
  bulkhead reload >"$output" 2>&1 || failed=$number
done
rm "$folder/coming"
wait "$coming"
same 0 "$failed" 'a door comes and goes five times'
if [ -e "$folder/turned-away" ]; then
  not_ok 'and no customer of the other is turned away' "$(wc -l <"$folder/turned-away") of $(cat "$folder/count")"
else
  ok 'and no customer of the other is turned away'
fi
asked say/kept/10 heard 'what was open is open'
expect 0 'as is planned' bulkhead status
half 17441
node -e 'require("node:net").createServer().listen(17446, "127.0.0.1")' &
beside=$!
taken() { (exec 9<>/dev/tcp/127.0.0.1/17446) 2>/dev/null; }
within 5 'a port of another program' taken
gateway=$(pid_of gateway)
sed -i 's|publishes: .*|publishes: {3000: ["127.0.0.1:17441", "127.0.0.1:17446"]}|' "$policy"
expect 4 'a door there fails' bulkhead reload
says 'the gateway does not begin anew' 'which is said'
says 'goes on by the policy before' 'and that all is as it was'
goes_on 'who came by the door that there is goes on'
asked say/kept/10 heard 'and others come'
write "$always, db:5433" '' 17441
expect 0 'all is as planned' bulkhead status
kill "$beside"
half 17441
sed -i 's|publishes: .*|publishes: {3000: "127.0.0.1:17447"}|; s|listens: .7000, .*|&\n    publishes: {7000: "127.0.0.1:17441"}|' "$policy"
expect 0 'the door leads to another service' bulkhead reload
has_ended 'who came by it to the first has ended'
write "$always, db:5433" '' 17441
expect 0 'and back' bulkhead reload
asked say/kept/10 heard 'what was open is open'
node -e 'for (const port of [17442, 17443]) require("node:net").createServer((s) => s.on("error", () => {}).on("data", (d) => s.write(d))).listen(port, "127.0.0.1")' &
beside=$!
write "$always, {to: \"host:17442\", why: x}" '' 17441
expect 4 'the first edge to this machine is not for those who run' bulkhead reload
says 'outlet is there with the first edge that leaves the stack' 'which is said'
expect 0 'nothing has changed' bulkhead status
expect 0 'down' bulkhead down
expect 0 'and up' bulkhead up
asked open/out/host/17442 open 'it leads out'
write "$always, {to: \"host:17443\", why: x}" '' 17441
sed -i 's|{to: "host:17443"|{to: "host:17442", why: x}, &|' "$policy"
expect 0 'another port of this machine' bulkhead reload
says 'outlet: starts anew with other ports' 'takes another outlet'
asked say/out/10 heard 'what leads to the first goes on'
write "$always, {to: \"host:17443\", why: x}" '' 17441
expect 0 'the first is taken away' bulkhead reload
within 5 'and is reached' is open/other/host/17443 open
out_ended() { [ "$(ask state/out)" != open ]; }
within 2 'what led to the other has ended' out_ended
asked open/out/host/17442 EPERM 'and is refused'
expect 0 'all as planned' bulkhead status

# What waits for a restart, or for more.
write "$always, {to: \"host:17443\", why: x}" keep:7002 17441
sed -i '0,/listens: \[7000/s//environment: {A: b}\n    listens: [7000/' "$policy"
expect 0 'what a launch lays down waits' bulkhead reload
says "keep: its environment, after a restart ($policy:24)" 'with its line'
says 'bulkhead restart keep' 'and what to type'
cat >>"$policy" <<END
  more: {role: node, command: [node, peer.js], workdir: $folder/app, files: {read: [$folder/app]}}
END
expect 0 'one service more is seen' bulkhead reload --dry-run
says 'more: is new, after down and up' 'and that it takes more'
expect 4 'which a reload refuses' bulkhead reload
expect 0 'down' bulkhead down
