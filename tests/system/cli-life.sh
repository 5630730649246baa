#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# More of the life of a stack: two beside each other, a part of one, deaths of bulkhead's own
# processes, and the order in which services are stopped.
# shellcheck source=tests/system/lib.sh
. tests/system/lib.sh

command -v redis-server >/dev/null || skip_all 'needs redis-server'
command -v redis-cli >/dev/null || skip_all 'needs redis-cli'
stack=life-one
bulkhead() { local verb=$1 name=$2; shift 2; "$BULKHEAD" "$verb" --roles "$roles" -f "$folder/$name.yaml" "$@"; }
clean_up() { take_down life-one life-two; }
shut() { ! timeout 5 redis-cli -p "$1" ping; }

# A service that, told to stop, asks its peer once more.
put "$folder/app/last-words.js" <<'END'
const net = require('node:net');
process.on('SIGTERM', () => setTimeout(() => {
  const socket = net.connect(6379, 'cache', () => socket.write('PING\r\n'));
  socket.on('data', (text) => { console.log(`heard ${text}`); process.exit(0); });
  socket.on('error', (error) => { console.log(error.message); process.exit(1); });
}, 200));
setInterval(() => {}, 1000);
END
write() { # NAME HOST-PORT
  put "$folder/$1.yaml" <<END
bulkhead: 1
stack: $1
services:
  cache:
    role: redis
    command: [redis-server, --port, "6379", --save, "", --protected-mode, "no"]
    listens: [6379]
    publishes: {6379: "127.0.0.1:$2"}
  words:
    role: node
    command: [node, last-words.js]
    workdir: $folder/app
    files: {read: [$folder/app]}
    connects: [cache:6379]
  alone:
    role: redis
    command: [redis-server, --port, "6380", --save, ""]
    listens: [6380]
END
}
if ! command -v node >/dev/null; then skip_all 'needs node'; fi
write life-one 17383
write life-two 17384

expect 0 'a part of a stack comes up' bulkhead up life-one cache
if grep -q '^words' "$output"; then not_ok 'and no more of it'; else ok 'and no more of it'; fi
expect 0 'ps shows the rest' bulkhead ps life-one
says 'not started' 'as not started'
mkdir /run/bulkhead/life-one/services/words.json.new
expect 4 'a service that cannot be written down is a failure' bulkhead up life-one words
rmdir /run/bulkhead/life-one/services/words.json.new
expect 0 'and does not stay: the rest comes up' bulkhead up life-one
if grep -q '^cache' "$output"; then not_ok 'and only the rest'; else ok 'and only the rest'; fi
expect 0 'another stack with the same ports inside' bulkhead up life-two
expect 0 'a word for the first' redis-cli -p 17383 set name one
expect 0 'and one for the second' redis-cli -p 17384 set name two
expect 0 'the first keeps its own' redis-cli -p 17383 get name
says one 'word'
expect 2 'of two, one must be named' env -C "$folder" "$(realpath "$BULKHEAD")" status
says 'life-one, life-two' 'and both are'
expect 0 'one is' "$BULKHEAD" status life-two
sed -i 's/17384/17383/' "$folder/life-two.yaml"
expect 0 'the second goes down' "$BULKHEAD" down life-two
expect 4 'with the published port of the first it does not come up' bulkhead up life-two
says '127.0.0.1:17383' 'and says which'
expect 0 'the first is as planned all the while' bulkhead status life-one

hosts=/run/bulkhead/life-one/hosts/cache
stamp=$(stat -c '%i %y' $hosts)
expect 0 'a run beside a running service' timeout 10 "$BULKHEAD" run --roles "$roles" -f "$folder/life-one.yaml" cache -- redis-server --version
if [ "$stamp" = "$(stat -c '%i %y' $hosts)" ]; then ok 'does not touch its hosts file'; else not_ok 'does not touch its hosts file'; fi

{ echo '# the same, further down'; cat "$folder/life-one.yaml"; } | put "$folder/life-same.yaml"
expect 0 'the same policy by another name, with other lines, is the same' bulkhead up life-same
says 'life-one is up already' 'so that nothing is to be done'
expect 0 'and a run joins it' timeout 10 "$BULKHEAD" run --roles "$roles" -f "$folder/life-same.yaml" cache -- redis-server --version
if grep -q 'no network' "$output"; then not_ok 'with its network'; else ok 'with its network'; fi
sed 's/6380/6381/; s/^  alone:/  added:/' "$folder/life-one.yaml" | put "$folder/life-other.yaml"
expect 2 'with another service it is another' bulkhead up life-other
says 'is up with another plan' 'and said to be'
expect 2 'a service that does not run is not drilled' bulkhead drill life-other added
says "stack 'life-one' has no service 'added'" 'and that is said'
says "what runs is drilled, not $folder/life-other.yaml" 'with what would be drilled'
expect 0 'a run by another policy than the stack is up with' \
  "$BULKHEAD" run --roles "$roles" -f "$folder/life-other.yaml" cache -- redis-server --version
says 'up with another policy' 'does not join it, and says so'

nsenter -t "$(pid_of gateway pid)" -n nft flush ruleset
expect 1 "the router's table is flushed" bulkhead status life-one
says 'router' 'and the router is a row'
if grep -Eq '^router +network +weaker' "$output"; then ok 'that is weaker'; else not_ok 'that is weaker'; fi
expect 0 'down' bulkhead down life-one
expect 0 'and up again' bulkhead up life-one

cache=$(pid_of services/cache process)
answers() { timeout 5 redis-cli -p "$1" ping; }
kill -9 "$(pid_of gateway pid)"
within 10 'a gateway that was killed comes back' answers 17383
kill -9 "$(pid_of supervisor pid)"
within 20 'the launcher ends with the supervisor' gone "$(pid_of launcher pid)"
kill -9 "$(pid_of gateway pid)"
within 20 'without the gateway its doors are closed' shut 17383
expect 1 'and status is a no' bulkhead status life-one
if grep -Eq '^gateway +process +absent +not running' "$output"; then ok 'that names it'; else not_ok 'that names it'; fi
for who in supervisor launcher; do
  if grep -Eq "^$who +process +absent +not running" "$output"; then ok "and the $who"; else not_ok "and the $who"; fi
done
says 'restarts, jobs and probes of health pause' 'with what pauses'
says 'bulkhead up' 'and what to type'
if kill -0 "$cache"; then ok 'the inside stays up'; else not_ok 'the inside stays up'; fi
if grep -E '^(cache|words|alone) ' -A 9 "$output" | grep -Eq 'weaker|unknown|absent  '; then
  not_ok 'services are confined as before' "$(cat "$output")"
else
  ok 'services are confined as before'
fi
expect 0 'up brings both back' bulkhead up life-one
expect 0 'and status is a yes' bulkhead status life-one
if [ "$cache" = "$(pid_of services/cache process)" ]; then ok 'nothing else was started'; else not_ok 'nothing else was started'; fi

kill -9 "$(pid_of services/cache pid)"
within 20 'a service dies with its init' gone "$cache"
expect 0 'up waits until it runs again' bulkhead up life-one
expect 0 'and status is a yes again' bulkhead status life-one
kill -9 "$(pid_of launcher pid)"
within 20 'the supervisor ends with the launcher' gone "$(pid_of supervisor pid)"
kill -9 "$(pid_of services/cache pid)"
expect 1 'without them status says who does not run' bulkhead status life-one
says 'not running' 'in words'
expect 0 'up starts it again' bulkhead up life-one

# As if the launcher had died after two starts, before it could write them down.
kill -9 "$(pid_of launcher pid)"
within 20 'the supervisor ends once more' gone "$(pid_of supervisor pid)"
alone=$(pid_of services/alone process)
rm /run/bulkhead/life-one/services/alone.json /run/bulkhead/life-one/gateway.json
expect 0 'up starts anew who is written down nowhere' bulkhead up life-one
if gone "$alone"; then ok 'and ends who was'; else not_ok 'and ends who was'; fi
expect 0 'and all is as it should be' bulkhead status life-one
expect 0 'a published port answers' answers 17383

# One that hangs holds nobody who asks it, and so neither the lock that they have.
kill -STOP "$(pid_of supervisor pid)"
"$BULKHEAD" up --roles "$roles" -f "$folder/life-one.yaml" >/dev/null 2>&1 &
asks=$!
lets_go() { kill -INT $asks 2>/dev/null; sleep 0.2; gone $asks; }
within 10 'who is told twice to give up does not wait for a supervisor that hangs' lets_go
wait $asks
kill -CONT "$(pid_of supervisor pid)"
expect 0 'and one that goes on is heard' bulkhead up life-one
expect 0 'down stops all' bulkhead down life-one
if grep -q '^heard +PONG' /var/log/bulkhead/life-one/words/log; then
  ok 'who connects is stopped first and is heard'
else
  not_ok 'who connects is stopped first and is heard' "$(tail -n 3 /var/log/bulkhead/life-one/words/log)"
fi

expect 0 'up for another version to come' bulkhead up life-one
cache=$(pid_of services/cache process)
supervisor=$(pid_of supervisor pid)
sed -i 's/"version": [0-9]*/"version": 999/' /run/bulkhead/life-one/stack.json
expect 3 'what another version started is not swept away' bulkhead up life-one
says 'another version' 'and said to be its'
says 'bulkhead down life-one' 'with what to do'
if kill -0 "$cache"; then ok 'it runs on'; else not_ok 'it runs on'; fi
expect 0 'down takes it down' bulkhead down life-one
if gone "$cache"; then ok 'with its services'; else not_ok 'with its services'; fi
within 20 'and its supervisor' gone "$supervisor"

mkfifo "$folder/unread"
# shellcheck disable=SC2094 # a pipe: read and written, then without a reader
unread() { "$@" 8<>"$folder/unread" >"$folder/unread" 8<&-; }
expect 0 'up goes on when nobody reads along' unread "$BULKHEAD" up --roles "$roles" -f "$folder/life-one.yaml"
expect 0 'and brings all up' bulkhead status life-one
expect 0 'down goes on as well' unread "$BULKHEAD" down life-one
expect 1 'and brings all down' bulkhead status life-one
expect 1 'down of what is down is a no' bulkhead down life-one

expect 0 'up' bulkhead up life-one
for file in supervisor gateway services/cache services/words services/alone; do kill -9 "$(pid_of $file pid)"; done
expect 0 'down tidies up after all of them were killed' bulkhead down life-one
left=$(ls -d /run/bulkhead/life-one /run/bulkhead/.life-one.lock 2>/dev/null
  find /sys/fs/cgroup -maxdepth 4 -type d -path '*/bulkhead/life-one*' 2>/dev/null
  grep -F /run/bulkhead/life-one /proc/self/mountinfo)
if [ -z "$left" ]; then ok 'and nothing is left'; else not_ok 'and nothing is left' "$left"; fi

sed -i 's/listens: \[6380\]/listens: [6380, 6381]/' "$folder/life-one.yaml"
bulkhead up life-one --within 3 >/dev/null 2>&1 &
waiting=$!
within 20 'an up waits' test -e /run/bulkhead/life-one/supervisor.json
expect 0 'a down beside it waits for it' bulkhead down life-one
says 'another bulkhead is at work on it' 'and says so'
wait $waiting
expect 4 'an up that waits is told to give up' timeout --preserve-status -s INT 1 "$BULKHEAD" up --roles "$roles" -f "$folder/life-one.yaml"
says 'told to give up' 'and says so'
if [ -e /run/bulkhead/life-one ]; then not_ok 'and leaves nothing'; else ok 'and leaves nothing'; fi
