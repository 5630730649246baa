#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What the supervisor does with services: order, jobs, restarts, health, stops.
# shellcheck source=tests/system/lib.sh
. tests/system/lib.sh

command -v redis-server >/dev/null || skip_all 'needs redis-server'
command -v redis-cli >/dev/null || skip_all 'needs redis-cli'
command -v node >/dev/null || skip_all 'needs node'
stack=life
bulkhead() { local verb=$1 name=$2; shift 2; "$BULKHEAD" "$verb" --roles "$roles" -f "$folder/$name.yaml" "$@"; }
clean_up() { take_down $stack; }
state_of() { bulkhead ps order --json | sed -n "/\"service\": \"$1\"/,/}/s/^ *\"state\": \"\(.*\)\",*/\1/p"; }
is() { [ "$(state_of "$1")" = "$2" ]; }
begins() { [[ $(state_of "$1") == "$2"* ]]; }
another() { local pid; pid=$(pid_of "$1" process) && [ "$pid" != "$2" ] && kill -0 "$pid"; }
word() { redis-cli -p 17410 get "$1"; }
line_of() { grep -n "^$1\$" "$output" | head -n 1 | cut -d: -f1; }
before() { # FIRST SECOND NAME: lines of the last command
  if [ -n "$(line_of "$1")" ] && [ "$(line_of "$1")" -lt "$(line_of "$2")" ]; then ok "$3"; else not_ok "$3" "$(tr '\n' ' ' <"$output")"; fi
}

put "$folder/app/page.js" <<'END'
// Answers until it is told to be ill; says who told it to stop.
const fs = require('node:fs'), http = require('node:http');
let status = 200;
http.createServer((request, response) => {
  if (request.url === '/ill') status = 500;
  response.writeHead(request.url === '/ill' ? 200 : status).end();
}).listen(3000);
for (const signal of ['SIGTERM', 'SIGINT', 'SIGQUIT'])
  process.on(signal, () => { console.log(`told by ${signal}`); process.exit(0); });
END
# A minute that is not too near, by a clock that is not this machine's.
export TZ=Asia/Kathmandu
due=$(date -d "@$((EPOCHSECONDS + 100))" +%H:%M)
put "$folder/order.yaml" <<END
bulkhead: 1
stack: $stack
services:
  page:
    role: node
    command: [node, page.js]
    workdir: $folder/app
    files: {read: [$folder/app]}
    listens: [3000]
    connects: [cache:6379]
    publishes: {3000: "127.0.0.1:17411"}
    depends-on: [cache]
    ready: {http: ":3000/"}
    healthy: {http: ":3000/"}
    stop: {signal: QUIT, within: 5s}
  cache:
    role: redis
    command: [redis-server, --save, "", --protected-mode, "no"]
    listens: [6379]
    publishes: {6379: "127.0.0.1:17410"}
    ready: {port: 6379}
  setup:
    role: redis
    command: [redis-cli, -h, cache, incr, setups]
    connects: [cache:6379]
    depends-on: [cache]
    job: {before: [page]}
  tick:
    role: redis
    command: [redis-cli, -h, cache, incr, ticks]
    connects: [cache:6379]
    depends-on: [cache]
    job: {every: 1s}
  nightly:
    role: redis
    command: [redis-cli, -h, cache, eval, "return redis.call('append', 'nights', redis.call('time')[1] .. ' ')", 0]
    connects: [cache:6379]
    depends-on: [cache]
    job: {at: "$due"}
  once:
    role: redis
    command: [redis-cli, --version]
    restart: on-failure
  stubborn:
    role: node
    command: [node, -e, "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)"]
    stop: {within: 1s}
END

expect 0 'a stack with an order comes up' bulkhead up order cache page setup tick nightly stubborn
before 'cache: started' 'setup: started' 'a job that depends on a service starts after it'
before 'cache: ready' 'setup: started' 'once that one is ready'
before 'setup: done' 'page: started' 'and is done before those that it is for'
says 'page: ready' 'and they get ready'
if [ "$(word setups)" = 1 ]; then ok 'the job ran once'; else not_ok 'the job ran once'; fi
expect 0 'up again is up already' bulkhead up order cache page setup tick nightly stubborn
if [ "$(word setups)" = 1 ]; then ok 'and does no job again'; else not_ok 'and does no job again'; fi
often() { [ "$(word ticks)" -ge 3 ]; }
within 10 'a job of every second runs again and again' often
expect 0 'status knows that jobs rest' bulkhead status order
says 'at rest: exit 0' 'and how they ended'

page=$(pid_of services/page process)
kill -9 "$page"
within 20 'who ends is started again' another services/page "$page"
within 20 'and gets ready' is page ready
page=$(pid_of services/page process)
kill -9 "$page"
within 20 'the next time later' begins page 'back-off'
within 10 'but it is' another services/page "$page"
within 20 'and gets ready again' is page ready

page=$(pid_of services/page process)
redis-cli -p 17410 set kept word >/dev/null
curl -s -o /dev/null http://127.0.0.1:17411/ill
within 50 'who answers badly three times is started again' another services/page "$page"
if grep -q 'told by SIGQUIT' /var/log/bulkhead/$stack/page/log; then
  ok 'after it was told by its own signal'
else
  not_ok 'after it was told by its own signal' "$(tail -n 2 /var/log/bulkhead/$stack/page/log)"
fi
if [ "$(word kept)" = word ]; then ok 'and nobody else'; else not_ok 'and nobody else'; fi

dawned() { [ -n "$(word nights)" ]; }
within 130 'the job of the night is done' dawned
when=$(for second in $(word nights); do date -d "@$second" +%H:%M; done)
if [ "$when" = "$due" ]; then ok 'once, at its time by the clock of the place'; else not_ok 'once, at its time by the clock of the place' "$when, due $due"; fi

expect 4 'up fails for who ends well at once' bulkhead up order once
says "service 'once' ended: exit 0" 'and says so'
expect 0 'the others run on' bulkhead status order
begun=$SECONDS
expect 0 'down kills who does not listen' bulkhead down order
if [ $((SECONDS - begun)) -lt 6 ]; then ok 'after the time that it has'; else not_ok 'after the time that it has'; fi

put "$folder/circle.yaml" <<END
bulkhead: 1
stack: $stack
services:
  late: {role: redis, command: [redis-server, --save, ""], listens: [6379, 6380]}
  waits: {role: redis, command: [redis-server, --save, ""], listens: [6379], depends-on: [late]}
  broken: {role: redis, command: [redis-cli, --nonsense], job: {before: [after]}}
  after: {role: redis, command: [redis-server, --save, ""], listens: [6379]}
END
expect 4 'who waits for one that is not ready is not started' bulkhead up circle waits --within 1
says 'late' 'and up names the other'
expect 4 'a job that fails keeps those back that it is for' bulkhead up circle after
says "service 'broken' ended: exit 1" 'and says so'
if grep -q '^after: started' "$output"; then not_ok 'which are not started'; else ok 'which are not started'; fi
