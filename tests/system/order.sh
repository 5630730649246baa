#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Who starts after whom, how each is told to end, what is started again and what is not, and jobs.
# shellcheck source=tests/system/lib.sh
. tests/system/lib.sh

command -v node >/dev/null || skip_all 'needs node'
stack=order policy=$folder/order.yaml
clean_up() { take_down $stack; }
process() { pid_of "services/$1" process; }
log() { cat "/var/log/bulkhead/order/$1/log"; }
# When SERVICE first said WORD, in milliseconds.
when() { log "$1" | sed -n "s/.*$2 \([0-9]*\).*/\1/p" | head -n 1; }
before() { # SERVICE WORD OTHER WORD
  local first='' second='' end=$((SECONDS + 10))
  # Who has no port is up before it says its first word, where the processors are slow or busy.
  until [ -n "$first" ] && [ -n "$second" ] || [ "$SECONDS" -ge "$end" ]; do
    sleep 0.1
    first=$(when "$1" "$2") second=$(when "$3" "$4")
  done
  if [ -n "$first" ] && [ -n "$second" ] && [ "$first" -le "$second" ]; then
    ok "$1 has $2 before $3 has $4"
  else
    not_ok "$1 has $2 before $3 has $4" "$first, $second"
  fi
}
again() { [ "$(process "$1")" != "$2" ] && kill -0 "$(process "$1")" 2>/dev/null; }
ran() { [ "$(log "$1" | grep -c ran)" -ge "$2" ]; }

put "$folder/app/slow.js" <<'END'
setTimeout(() => require('node:net').createServer().listen(3000, () => console.log(`bound ${Date.now()}`)), 700);
END
put "$folder/app/stay.js" <<'END'
console.log(`begun ${Date.now()}`);
process.on('SIGUSR2', () => { console.log('told by USR2'); process.exit(0); });
process.on('SIGTERM', () => console.log('told by TERM'));
setInterval(() => {}, 1000);
END
put "$folder/app/job.js" <<'END'
console.log(`ran ${Date.now()}`);
END
# Twenty times: none of them waits for a packet to be sent again.
put "$folder/app/early.js" <<'END'
const net = require('node:net');
async function reach(family) {
  const begin = Date.now(), words = new Set();
  for (let i = 0; i < 20; i++)
    words.add(await new Promise((resolve) => net.connect({ host: 'late', port: 3000, family })
      .on('connect', () => resolve('went')).on('error', (error) => resolve(error.code))));
  console.log(`IPv${family}: ${[...words]}, ${Date.now() - begin < 900 ? 'at once' : 'late'}`);
}
async function say(family) {
  const begin = Date.now(), socket = require('node:dgram').createSocket(`udp${family}`);
  const word = await new Promise((resolve) => {
    socket.on('error', (error) => resolve(error.code));
    socket.connect(3001, 'late', () => socket.send('?', () => setTimeout(resolve, 1000, 'silence')));
  });
  console.log(`datagrams by IPv${family}: ${word}, ${Date.now() - begin < 900 ? 'at once' : 'late'}`);
}
reach(4).then(() => reach(6)).then(() => say(4)).then(() => say(6)).then(() => net.createServer().listen(3000));
END
put "$folder/app/late.js" <<'END'
require('node:dgram').createSocket('udp6').bind(3001);
require('./slow');
END
service() { # NAME REST
  printf '  %s: {role: node, workdir: %s, files: {read: [%s]}, %s}\n' "$1" "$folder/app" "$folder/app" "$2"
}
{
  printf 'bulkhead: 1\nstack: order\nservices:\n'
  service after 'command: node stay.js, depends-on: [slow, prepare], stop: {signal: USR2}'
  service slow 'command: node slow.js, listens: [3000], instances: 2'
  service prepare 'command: node job.js, job: {before: [deaf]}, depends-on: [slow]'
  service deaf 'command: node stay.js, stop: {within: 1s}'
  service once 'command: node stay.js, restart: never, stop: {signal: USR2}'
  service tick 'command: node job.js, job: {every: 1s}'
  service early 'command: node early.js, listens: [3000], connects: ["late:3000", "late:3001/udp"]'
  service late 'command: node late.js, listens: [3000, 3001/udp], depends-on: [early]'
} | put "$folder/order.yaml"

expect 0 'all come up' bulkhead up
for family in 4 6; do
  expect 0 "who is not there yet is refused at once, by IPv$family" \
    grep -qE "^[^d]*IPv$family: ECONNREFUSED, at once" /var/log/bulkhead/order/early/log
  expect 0 "and so are datagrams, by IPv$family" \
    grep -qE "datagrams by IPv$family: ECONNREFUSED, at once" /var/log/bulkhead/order/early/log
done
before slow.1 bound prepare ran
before slow.2 bound prepare ran
before prepare ran after begun
before prepare ran deaf begun
within 20 'the other runs again and again' ran tick 2

pid=$(process after)
kill -9 "$pid"
within 20 'one that died is started again' again after "$pid"
pid=$(process once)
kill -9 "$pid"
sleep 2.5
if again once "$pid"; then not_ok 'one that must not be is not'; else ok 'one that must not be is not'; fi

start=$SECONDS
expect 0 'down' bulkhead down
if [ $((SECONDS - start)) -le 5 ]; then ok 'who does not hear is killed in time'; else not_ok 'who does not hear is killed in time' "$((SECONDS - start)) s"; fi
if log after | grep -q 'told by USR2'; then ok 'one was told by its signal'; else not_ok 'one was told by its signal'; fi
if log deaf | grep -q 'told by TERM'; then ok 'the other by TERM'; else not_ok 'the other by TERM'; fi

# A job takes its time: what waits for it is not late.
put "$folder/app/long.js" <<'END'
setTimeout(() => console.log(`ran ${Date.now()}`), 6000);
END
{
  printf 'bulkhead: 1\nstack: order\nservices:\n'
  service long 'command: node long.js, job: {before: [deaf]}'
  service deaf 'command: node stay.js, stop: {within: 1s}'
} | put "$folder/order.yaml"
expect 0 'a job may take longer than services have to get ready' bulkhead up --within 5
expect 0 'down again' bulkhead down

# A connection whose ends both died waits for minutes, and its namespace with it: in nobody's way.
put "$folder/app/hear.js" <<'END'
require('node:net').createServer(() => console.log(`heard ${Date.now()}`)).listen(3000);
END
put "$folder/app/ask.js" <<'END'
require('node:net').connect({ port: 3000, host: 'hears', allowHalfOpen: true }).resume();
setInterval(() => {}, 1000);
END
{
  printf 'bulkhead: 1\nstack: order\nservices:\n'
  service hears 'command: node hear.js, listens: [3000]'
  service asks 'command: node ask.js, connects: ["hears:3000"], depends-on: [hears]'
} | put "$folder/order.yaml"
expect 0 'two that talk come up' bulkhead up
met() { [ "$(log hears | grep -c heard)" = 1 ]; }
within 10 'they do' met
first=$(process hears) second=$(process asks)
kill -9 "$first"
sleep 0.5
kill -9 "$second"
within 20 'the one that was asked comes again' again hears "$first"
within 20 'so does the one that asked' again asks "$second"
