#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A drill of a running stack: its customers notice nothing, and nothing is left behind, also when
# the drill is interrupted or killed.  In an IPC namespace and with a /var/tmp of its own, so that
# what is left can be nobody else's.
if [ -z "${DRILL_APART:-}" ]; then
  command -v unshare >/dev/null || { echo 'skip all: unshare is not installed'; exit 0; }
  if [ "$(id -u)" = 0 ]; then DRILL_APART=1 exec unshare --mount --ipc -- "$0" "$@"; fi
fi
# shellcheck source=tests/system/lib.sh
. tests/system/lib.sh
for program in node redis-server convert ipcs; do
  command -v "$program" >/dev/null || skip_all "$program is not installed"
done
mount -t tmpfs drill /var/tmp || skip_all 'cannot mount'
put "$folder/queues/.empty" </dev/null
mount -t mqueue drill "$folder/queues" || skip_all 'cannot mount queues'
stack='drill-live'
port=17391
cgroup=/sys/fs/cgroup/bulkhead/$stack
[ -e /sys/fs/cgroup/cgroup.procs ] || cgroup=/sys/fs/cgroup/unified/bulkhead/$stack
clean_up() {
  take_down $stack
  umount "$folder/queues"
}

put "$folder/app/api.js" <<'END'
// Each request is a word with the cache.
const net = require('node:net');
require('node:http').createServer((request, response) => {
  const cache = net.connect(6379, 'cache', () => cache.write('PING\r\n'));
  cache.on('data', (text) => { response.end(text); cache.destroy(); });
  cache.on('error', (error) => { response.statusCode = 500; response.end(error.message); });
}).listen(3000);
END
put "$folder/app/idle.js" <<<'setInterval(() => {}, 1000);'
put "$folder/customers.js" <<END
// Ask again and again, and say at the end how it went.
let good = 0, bad = [], over = false;
process.on('SIGTERM', () => { over = true; });
(async () => {
  while (!over) {
    try {
      const answer = await fetch('http://127.0.0.1:$port/');
      if ((await answer.text()).startsWith('+PONG')) good++;
      else bad.push(answer.status);
    } catch (error) { bad.push(error.cause ?? error); }
  }
  console.log(good, 'good', bad.length, 'bad', ...bad.slice(0, 3));
})();
END
put "$folder/key" <<<'known to nobody'
chmod 600 "$folder/key"
put "$folder/bulkhead.yaml" <<END
bulkhead: 1
stack: $stack
services:
  cache:
    role: redis
    command: [redis-server, --port, "6379", --save, "", --protected-mode, "no"]
    files: {write: [{path: "$folder/cache", create: 0700}]}
    listens: [6379]
  api:
    role: node
    command: node api.js
    workdir: $folder/app
    files: {read: [$folder/app]}
    secrets: {KEY: $folder/key}
    listens: [3000]
    publishes: {3000: "127.0.0.1:$port"}
    connects: [cache:6379]
  render:
    role: image-processor
    command: node idle.js
    workdir: $folder/app
    files: {read: [$folder/app], write: [{path: "$folder/media", create: 0700}]}
    programs: [/usr/bin/convert]
END
policy=(--roles roles -f "$folder/bulkhead.yaml")

# What a drill may have left; nothing: success.
left() {
  {
    find "$folder" / /etc /etc/cron.d /usr /var -xdev -maxdepth 1 -name 'bulkhead-drill-*'
    find "$folder/cache" "$folder/media" /run/bulkhead/$stack -name 'bulkhead-drill-*'
    find /var/tmp -mindepth 1
    find "$folder/queues" -mindepth 1
    find "$cgroup" -mindepth 1 -maxdepth 1 -type d -name 'drill-*'
    ipcs -m -s -q | grep '^0x'
    # Its own processes share its command line.
    pgrep -f -a "bulkhead drill .*$folder/bulkhead.yaml"
  } 2>/dev/null
}
nothing_left() { left >"$folder/left"; [ ! -s "$folder/left" ]; }
nothing_is_left() { # NAME
  within 10 "$1" nothing_left || sed 's/^/  /' "$folder/left"
}
members() { cat /run/bulkhead/$stack/*.json /run/bulkhead/$stack/services/*.json; }

expect 0 'a stack comes up' "$BULKHEAD" up "${policy[@]}"
members >"$folder/before"

node "$folder/customers.js" >"$folder/customers" 2>&1 &
customers=$!
expect 0 'the drill of a running stack: nothing gets through' "$BULKHEAD" drill "${policy[@]}" --all
says "in the running stack's networks" 'in its own networks'
for place in cache api render supervisor gateway 'init of cache' 'init of api' 'init of render'; do
  if grep -q "^$place\(, role .*\)\?$" "$output"; then
    ok "with a table for $place"
  else
    not_ok "with a table for $place"
  fi
done
if awk 'length > 120' "$output" | grep . >"$folder/wide"; then
  not_ok 'no line is too wide' "$(head -n 1 "$folder/wide")"
else
  ok 'no line is too wide'
fi
kill -TERM $customers
wait $customers
if grep -q '^[1-9][0-9]* good 0 bad' "$folder/customers"; then
  ok "its customers notice nothing: $(cat "$folder/customers")"
else
  not_ok 'its customers notice nothing' "$(tail -n 1 "$folder/customers")"
fi
nothing_is_left 'nothing is left behind'

# Its launches, seen from outside: beside the service's cgroup, with a secret that is none.
"$BULKHEAD" drill "${policy[@]}" api >"$folder/one" 2>&1 &
one=$!
while kill -0 $one 2>/dev/null; do
  cat "$cgroup"/drill-api.*/cgroup.procs 2>/dev/null | while read -r pid; do
    cat "/proc/$pid/root/run/secrets/KEY" 2>/dev/null && echo
  done >>"$folder/secrets"
done
wait $one
if [ "$(sort -u "$folder/secrets")" = bulkhead-scratch-secret ]; then
  ok 'attempts have a cgroup of their own and a placeholder for the secret'
else
  not_ok 'attempts have a cgroup of their own and a placeholder for the secret' "$(sort -u "$folder/secrets" | head -n 3)"
fi

# Without layers it has neither the stack's files nor its networks.
touch "$folder/before-apart"
expect 1 'beside a running stack layers are left off' \
  "$BULKHEAD" drill "${policy[@]}" --without view --without identity --without capabilities --without landlock cache
says 'in networks made for the drill, on scratch data' 'in other networks, on other data'
if [ -z "$(find "$folder/cache" "$folder/media" "$folder/app" "$folder/key" -newercm "$folder/before-apart")" ]; then
  ok "and nothing of the stack's is touched"
else
  not_ok "and nothing of the stack's is touched" "$(find "$folder/cache" "$folder/media" "$folder/app" "$folder/key" -newercm "$folder/before-apart" | head -n 3)"
fi
nothing_is_left 'nor left behind'

"$BULKHEAD" drill "${policy[@]}" render >"$folder/one" 2>&1 &
one=$!
expect 0 'two drills at once do not meet' "$BULKHEAD" drill "${policy[@]}" render
says 'render, role image-processor:' 'what stands there by default: a paragraph for each service'
says 'against bulkhead.yaml:' 'the lines of the policy'
says 'undeclared pairs: 2 by ' 'a line for what is many of a kind'
says 'not drilled here:' 'the layers that answered nothing'
if [ "$(grep -cE '^  (holds|open|broken) ' "$output")" = 9 ]; then ok 'nine scenarios'; else not_ok 'nine scenarios'; fi
if awk 'length > 100' "$output" | grep . >"$folder/wide"; then
  not_ok 'within a hundred columns' "$(head -n 1 "$folder/wide")"
else
  ok 'within a hundred columns'
fi
if [ "$(cat "$output" "$folder/one" | grep -c 'another drill is under way')" = 1 ]; then
  ok 'one of them waits, and says so'
else
  not_ok 'one of them waits, and says so'
fi
if wait $one; then ok 'neither of them'; else not_ok 'neither of them' "$(tail -n 1 "$folder/one")"; fi
nothing_is_left 'they leave nothing either'

# Break a drill off when GROUP, a pattern of cgroups, is there.
break_off() { # SIGNAL GROUP NAME
  local drill end=$((SECONDS + 60))
  "$BULKHEAD" drill "${policy[@]}" >"$folder/broken" 2>&1 &
  drill=$!
  until compgen -G "$cgroup/$2" >/dev/null || [ "$SECONDS" -ge "$end" ]; do sleep 0.01; done
  kill "-$1" $drill
  wait $drill 2>/dev/null
  if [ $? -ge 4 ]; then ok "$3 breaks off"; else not_ok "$3 breaks off" "$(tail -n 1 "$folder/broken")"; fi
  nothing_is_left "and leaves nothing"
}
break_off KILL 'drill-cache.*' 'a drill killed at its first attempts'
break_off KILL 'drill-render.*' 'a drill killed later'
break_off KILL 'drill-hold-*' 'a drill killed inside an init'
break_off INT 'drill-api.*' 'an interrupted drill'
break_off TERM 'drill-cache.*' 'a drill told to end'

expect 0 'the stack is as planned all the while' "$BULKHEAD" status "${policy[@]}"
if members | cmp -s - "$folder/before"; then
  ok 'and runs the same processes'
else
  not_ok 'and runs the same processes'
fi
expect 0 'it goes down' "$BULKHEAD" down "${policy[@]}"
