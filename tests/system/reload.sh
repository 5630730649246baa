#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# restart, and reload: of a service, and of the policy of a stack that runs.
# shellcheck source=tests/system/lib.sh
. tests/system/lib.sh

command -v redis-server >/dev/null || skip_all 'needs redis-server'
command -v redis-cli >/dev/null || skip_all 'needs redis-cli'
command -v node >/dev/null || skip_all 'needs node'
stack=reload
clean_up() { take_down $stack; }
log_has() { grep -q "$2" "/var/log/bulkhead/$stack/$1/log"; }

put "$folder/app/page.js" <<'END'
process.on('SIGHUP', () => console.log('told by SIGHUP'));
require('node:net').createServer().listen(3000);
END
put "$policy" <<END
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
    reload: {signal: HUP}
  cache:
    role: redis
    command: [redis-server, --save, "", --protected-mode, "no"]
    programs: [/usr/bin/redis-cli]
    listens: [6379]
    publishes: {6379: "127.0.0.1:17420"}
    reload: {command: [redis-cli, --version]}
  plain:
    role: redis
    command: [redis-server, --save, ""]
    listens: [6379]
END

expect 1 'restart of what is not up is a no' bulkhead restart cache
expect 0 'up' bulkhead up
page=$(pid_of services/page process) cache=$(pid_of services/cache process)
expect 2 'restart wants services' bulkhead restart
expect 2 'that there are' bulkhead restart cach
says "did you mean" 'and names the near one'
expect 0 'one is started anew' bulkhead restart cache
says 'cache: started' 'and said to be'
says 'cache: ready' 'until it is ready'
if [ "$cache" != "$(pid_of services/cache process)" ]; then ok 'as another process'; else not_ok 'as another process'; fi
if [ "$page" = "$(pid_of services/page process)" ]; then ok 'and no other'; else not_ok 'and no other'; fi
expect 0 'all is as planned' bulkhead status

expect 0 'a service is told to read its files anew' bulkhead reload page
within 20 'by its signal' log_has page 'told by SIGHUP'
if [ "$page" = "$(pid_of services/page process)" ]; then ok 'and stays'; else not_ok 'and stays'; fi
expect 0 'or by its command' bulkhead reload cache
says 'redis-cli 7' 'whose words are shown'
expect 2 'one without either is not' bulkhead reload plain
says "'plain' has no \`reload\`" 'and that is said'

expect 0 'the same policy changes nothing' bulkhead reload
if grep -q : "$output"; then not_ok 'and says so'; else ok 'and says so'; fi
sed -i 's/    reload: {signal: HUP}/    reload: {signal: HUP}\n    stop: {within: 3s}/' "$policy"
expect 2 'up does not take another policy' bulkhead up
says 'bulkhead reload' 'but says who does'
expect 0 'another stop counts at once' bulkhead reload
says 'page: what is done with it has changed' 'and is said'
expect 0 'it is as planned then' bulkhead status
expect 0 'and up already' bulkhead up
says 'is up already' 'by that policy'

sed -i 's/    files: {read/    environment: {ANSWER: "42"}\n    files: {read/' "$policy"
expect 0 'what a launch lays down is listed' bulkhead reload
says 'bulkhead restart page' 'with what to type'
if [ "$page" = "$(pid_of services/page process)" ]; then ok 'and nothing is restarted'; else not_ok 'and nothing is restarted'; fi
expect 0 'status compares with what it was launched by' bulkhead status
says 'launched by plan 1 of 3' 'and says that there is a newer'
expect 0 'a restart takes the newest' bulkhead restart page
page=$(pid_of services/page process)
if tr '\0' '\n' <"/proc/$page/environ" | grep -q ANSWER=42; then ok 'which counts'; else not_ok 'which counts'; fi
expect 0 'status has nothing to say of it' bulkhead status
if grep -q 'launched by plan' "$output"; then not_ok 'any more'; else ok 'any more'; fi

sed -i 's/17420/17421/' "$policy"
expect 0 'another door' bulkhead reload
says 'gateway: starts anew with other doors' 'is another gateway'
within 5 'which leads in' timeout 5 redis-cli -p 17421 ping
sed -i 's/17421/17420/; s/ready: .*//' "$policy"
expect 0 'and back' bulkhead reload
sed -i 's/    publishes:/    ready: {port: 7777}\n    publishes:/; s/listens: \[6379\]/listens: [6379, 7777]/' "$policy"
expect 4 'a port that nobody listened on when the supervisor began is not asked' bulkhead reload
says 'asked at a port that the supervisor may not reach' 'which is said'
says 'bulkhead down reload, then bulkhead up' 'with what to type'
expect 0 'and nothing has changed' timeout 5 redis-cli -p 17420 ping
sed -i '/ready: {port: 7777}/d; s/, 7777//' "$policy"

kill -9 "$(pid_of supervisor pid)"
expect 4 'without a supervisor nobody restarts' bulkhead restart page
says 'no supervisor' 'and that is said'
says 'bulkhead up' 'with what to type'
expect 0 'a service is reloaded all the same' bulkhead reload page
sed -i 's/within: 3s/within: 4s/' "$policy"
expect 0 'and the policy' bulkhead reload
says 'the next goes on by it' 'for the next supervisor'
expect 0 'which up starts' bulkhead up
if [ "$page" = "$(pid_of services/page process)" ]; then ok 'and which adopts'; else not_ok 'and which adopts'; fi
expect 0 'down' bulkhead down
