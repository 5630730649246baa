#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Commands in running services, and signals to them: what they may, what they are told when they
# may not, and that nothing of them stays.
# shellcheck source=tests/system/lib.sh
. tests/system/lib.sh

for program in redis-server redis-cli node; do
  command -v $program >/dev/null || skip_all "needs $program"
done
stack=test-exec
bulkhead() { "$BULKHEAD" "$@" --stack $stack; }
inside() { local service=$1; shift; "$BULKHEAD" exec --stack $stack "$service" -- "$@"; }
clean_up() { take_down $stack; }
cgroup_of() { find /sys/fs/cgroup -maxdepth 5 -type d -path "*/bulkhead/$stack/$1"; }
processes() { find "$(cgroup_of "$1")" -name cgroup.procs -exec cat {} + | grep -c .; }

put "$folder/secret" <<<'word of secret'
chmod 600 "$folder/secret"
put "$folder/app/server.js" <<'JS'
require('node:http').createServer((request, response) => response.end('here')).listen(3000);
for (const signal of ['SIGUSR2', 'SIGHUP']) process.on(signal, () => console.log(`got ${signal}`));
JS
put "$folder/app/tell.js" <<'JS'
const fs = require('node:fs');
const attempt = (what) => { try { what(); return 'done'; } catch (error) { return error.code; } };
console.log(JSON.stringify({
  secret: process.env.WORD, folder: process.cwd(), variables: Object.keys(process.env).sort(),
  write: attempt(() => fs.writeFileSync('made', '')), shadow: attempt(() => fs.readFileSync('/etc/shadow')),
  status: fs.readFileSync('/proc/self/status', 'utf8').match(/^(Uid|Gid|Groups|Cap\w+|NoNewPrivs|Seccomp\w*):.*/gm),
  namespaces: ['user', 'pid', 'net', 'ipc', 'uts', 'mnt', 'cgroup'].map((n) => fs.readlinkSync(`/proc/self/ns/${n}`)),
}, null, 1));
JS
put "$policy" <<END
bulkhead: 1
stack: $stack
services:
  web:
    role: node
    command: [node, server.js]
    workdir: $folder/app
    files: {read: [$folder/app]}
    programs: [/usr/bin/redis-cli]
    syscalls: {allow: [poll]}
    secrets: {WORD: {from: $folder/secret, as: env}}
    environment: {WORD: "\${secret:WORD}"}
    listens: [3000]
    connects: [cache:6379]
    limits: {processes: 40}
  cache:
    role: redis
    command: [redis-server, --port, "6379", --save, "", --protected-mode, "no"]
    listens: [6379]
  closed:
    role: node
    command: [node, server.js]
    workdir: $folder/app
    files: {read: [$folder/app]}
    listens: [3000]
    after-ready: {forbid: [execute]}
  twin:
    role: node
    command: [node, server.js]
    instances: 2
    workdir: $folder/app
    files: {read: [$folder/app]}
    listens: [3000]
END
expect 125 'no stack is up' inside web node
says "stack '$stack' is not up" 'and said so'
expect 0 'a stack comes up' "$BULKHEAD" up --roles "$roles" -f "$policy"

# Under exactly its confinement: what it sees of itself is what the kernel says of the service.
expect 0 'a command in a service' inside web node tell.js
cp "$output" "$folder/told"
told() { node -e 'const t = JSON.parse(require("fs").readFileSync(process.argv[1])); console.log([t[process.argv[2]]].flat().join("\n"))' "$folder/told" "$1"; }
main=$(pid_of services/web process)
compare() { # NAME ONE OTHER
  if [ -n "$2" ] && [ "$2" = "$3" ]; then ok "$1"; else not_ok "$1" "'$2' is not '$3'"; fi
}
compare 'has its secrets' "$(told secret)" 'word of secret'
compare 'and its working folder' "$(told folder)" "$folder/app"
compare 'and the environment of the service' "$(told variables)" \
  "$(tr '\0' '\n' <"/proc/$main/environ" | sed 's/=.*//' | LC_ALL=C sort)"
compare 'and its namespaces' "$(told namespaces)" \
  "$(for n in user pid net ipc uts mnt cgroup; do readlink "/proc/$main/ns/$n"; done)"
# Ids are told as its own user namespace has them; what ends with the service's start is a filter more.
same() { grep -E '^(Cap|NoNew|Seccomp:)' | tr -s '\t ' ' '; }
compare 'and its capabilities, filters and privileges' "$(told status | same)" "$(same <"/proc/$main/status")"
compare 'and writes nowhere' "$(told write)" EROFS
compare 'and sees no file of the host' "$(told shadow)" ENOENT

expect 0 'its peers are there' inside web node -e \
  "require('node:net').connect(6379, 'cache', function () { this.end('PING\\r\\n'); })"
expect 1 'what is no peer is not' inside twin.1 node -e \
  "require('node:net').connect(6379, 'cache').on('error', (error) => { console.log(error.code); process.exit(1); })"
says EAI_AGAIN 'by name'
expect 0 'a program beside its own' inside web redis-cli -h cache ping
says PONG 'does its work'
expect 0 'its input is read' bash -c "echo PING | '$BULKHEAD' exec --stack $stack web -- redis-cli -h cache"
says PONG 'and answered'

# Failures have names.
expect 127 'a program that is not declared is not found' inside cache sh
says "'sh' is not a program of service 'cache'" 'and said so'
says "declare it in \`programs\`" 'with what to do'
expect 127 'by its path neither' inside cache /bin/sh
says "is not in the view of service 'cache'" 'and said so, too'
expect 126 'what is no program is not executed' inside cache /etc/passwd
expect 126 'where the view has closed nothing is executed' inside closed node -e 0
says 'after-ready' 'for the reason that is said'
expect 125 'a service that is not there' inside wep node
says "stack '$stack' has no service 'wep'" 'is said to be'
says 'did you mean web?' 'with the nearest'
expect 125 'of several instances one is named' inside twin node
says "'twin' has 2 instances, name one: twin.1 to twin.2" 'and said which there are'
expect 125 'an instance that is none' inside twin.7 node
says "'twin' has 2 instances: twin.1 to twin.2" 'and said the same'
expect 125 'a command without --' bulkhead exec --stack $stack twin.2 node -e 0
says 'a command stands after --' 'and said how it is written'
expect 0 'and entered' inside twin.2 node -e 0
expect 7 'the status is its own' inside web node -e 'process.exit(7)'
expect 143 'and so is a signal that ends it' inside web node -e 'process.kill(process.pid, "SIGTERM")'
expect 125 'a command is needed' bulkhead exec web
says 'bulkhead exec SERVICE -- PROGRAM' 'and said'
expect 125 'in JSON as well' "$BULKHEAD" exec --json --stack $stack wep -- node
says '"code": 2' 'with the kind of failure'

# Nothing stays.
before=$(processes web)
rm -f "$folder/on"
"$BULKHEAD" exec --stack $stack web -- node -e 'console.log("on"); setInterval(() => {}, 1000)' >"$folder/on" &
caller=$!
within 30 'a command stays' grep -q on "$folder/on"
kill -9 $caller
alone() { [ "$(processes web)" = "$before" ] && [ "$(find "$(cgroup_of web)" -mindepth 1 -type d)" = '' ]; }
within 20 'with a killed caller it ends' alone
rm -f "$folder/on"
"$BULKHEAD" exec --stack $stack web -- node -e 'process.on("SIGINT", () => process.exit(9)); console.log("on"); setInterval(() => {}, 1000)' >"$folder/on" &
caller=$!
within 30 'another stays' grep -q on "$folder/on"
kill -INT $caller
status=0
wait $caller || status=$?
compare 'a signal to the caller is its own' $status 9
compare 'the service runs as before' "$(pid_of services/web process)" "$main"

# Signals.
heard() { grep -q "^got $2" "/var/log/bulkhead/$stack/$1/log"; }
expect 0 'a signal by name' bulkhead signal web USR2
within 20 'arrives' heard web SIGUSR2
expect 0 'by its full name, in small letters' bulkhead signal twin.1 sighup
within 20 'arrives at one' heard twin.1 SIGHUP
if heard twin.2 SIGHUP; then not_ok 'and at no other'; else ok 'and at no other'; fi
expect 0 'by number, to all instances' bulkhead signal twin 12
within 20 'arrives at the first' heard twin.1 SIGUSR2
within 20 'and at the second' heard twin.2 SIGUSR2
expect 2 'a signal that is none' bulkhead signal web USR3
says 'did you mean USR' 'has a near one'
expect 2 'a service that is none' bulkhead signal wep USR1
says 'did you mean web?' 'has one too'

main=$(pid_of services/twin.2 process)
expect 0 'a killed main process' bulkhead signal twin.2 KILL
within 20 'ends' gone "$main"

rm -f "$folder/on"
"$BULKHEAD" exec --stack $stack web -- node -e 'console.log("on"); setInterval(() => {}, 1000)' >"$folder/on" &
caller=$!
within 30 'one more command stays' grep -q on "$folder/on"
kill -STOP $caller
expect 0 'all goes down, whoever is stopped' "$BULKHEAD" down $stack
compare 'and no group stays' "$(find /sys/fs/cgroup -maxdepth 4 -type d -path "*/bulkhead/$stack*" | wc -l)" 0
kill -CONT $caller
status=0
wait $caller || status=$?
compare 'the command was killed with its service' $status 137
expect 125 'and is not entered any more' inside web node -e 0
expect 1 'nor told anything' bulkhead signal web HUP
