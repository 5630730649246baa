#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What `up` says when a service does not come up: why, what to type, and what the service itself
# said, of this start alone.
if [ -z "${FAILED_APART:-}" ] && [ "$(id -u)" = 0 ] && command -v unshare >/dev/null; then
  FAILED_APART=1 exec unshare --net -- "$0" "$@"
fi
# shellcheck source=tests/system/lib.sh
. tests/system/lib.sh

command -v redis-server >/dev/null || skip_all 'needs redis-server'
ip link set lo up 2>/dev/null
stack=cli-failed
up() { "$BULKHEAD" up --roles "$PWD/roles" -f "$folder/$1.yaml" "${@:2}"; }
clean_up() { take_down $stack; }
# Its command is $1; more lines of the service follow.
policy() { # NAME COMMAND [LINE...]
  local name=$1 command=$2
  shift 2
  {
    printf 'bulkhead: 1\nstack: %s\nservices:\n  one:\n    role: redis\n    command: %s\n' $stack "$command"
    [ $# -eq 0 ] || printf '    %s\n' "$@"
  } | put "$folder/$name.yaml"
}
lacks() { # TEXT NAME: the last command of `expect` did not print it
  if grep -qF -- "$1" "$output"; then not_ok "$2" "'$1' in what it printed"; else ok "$2"; fi
}

policy loud '[redis-server, --nonsense-of-the-first-start, "1"]' 'listens: [6379]'
expect 4 'a service that ends at once is 4' up loud
says "service 'one' ended: exit 1" 'and how it ended is said'
says 'nonsense-of-the-first-start' 'with what it said itself'
lacks 'in the foreground' 'who failed has not become a daemon'

policy daemon '[redis-server, --daemonize, "yes", --logfile, /dev/null]' 'listens: [6379]'
expect 4 'a service that leaves for the background is 4' up daemon
says "service 'one' ended: exit 0" 'and that it ended well is said'
says 'hint: keep it in the foreground' 'with what to do'
lacks 'nonsense-of-the-first-start' 'what an earlier start said is not shown'

policy deaf '[redis-server]' 'listens: [6379, 6380]'
expect 4 'a service that does not listen is 4' up deaf --within 1
says 'nothing listens on port 6380' 'and the port is named'
says 'Ready to accept connections' 'with the last that it said'

policy elsewhere '[redis-server]' 'listens: [6379]' 'publishes: {6379: "192.0.2.77:17383"}'
expect 4 'an address of another machine is 4' up elsewhere
says 'cannot publish at 192.0.2.77:17383: Cannot assign requested address' 'and named'
says 'hint: this machine does not have that address' 'with a hint'
lacks 'address: Cannot assign' 'the reason is said once'

policy quiet '[sleep, "60"]'
expect 0 'a service that binds nothing comes up' up quiet
says 'one: running' 'and is said to run, since nothing shows that it is ready'
lacks 'ready' 'and no more than that'
"$BULKHEAD" down $stack >/dev/null 2>&1

# The line of `listens` of a service whose peer is to reach it.
peer='  app: {role: node, command: [sleep, "60"], connects: [one:6379]}'
policy inward '[redis-server, --bind, 127.0.0.1, --save, ""]' 'listens: [6379]'
echo "$peer" >>"$folder/inward.yaml"
expect 4 'a service that listens where its peers cannot reach it is 4' up inward --within 3
says 'it listens on 127.0.0.1:6379, where its peers cannot reach it' 'and where that is is said'
says 'bind * -::*' 'with what to change'
says 'at: 127.0.0.1}]' 'or to declare'
says 'inward.yaml:7:' 'at the line that declares it'

policy narrow '[redis-server, --bind, 0.0.0.0, --protected-mode, "no"]' 'listens: [6379]' 'publishes: {6379: "[::1]:17383"}'
expect 4 'a door of the family that nobody listens to is 4' up narrow --within 3
says 'it listens on 0.0.0.0:6379, which [::1]:17383 does not lead to' 'and both are said'
sed -i 's/0\.0\.0\.0/"::"/' "$folder/narrow.yaml"
expect 0 'of its own family it is one' up narrow
expect 0 'and leads to the service' timeout 5 redis-cli -h ::1 -p 17383 ping
"$BULKHEAD" down $stack >/dev/null 2>&1

# As nginx does it by `listen [::]:PORT`.
put "$folder/app/six.js" <<'SCRIPT'
require('node:net').createServer((socket) => socket.end('six')).listen({port: 6379, host: '::', ipv6Only: true});
SCRIPT
cat >"$folder/six.yaml" <<YAML
bulkhead: 1
stack: $stack
services:
  one: {role: node, command: [node, six.js], workdir: $folder/app, files: {read: [$folder/app]}, listens: [6379], publishes: {6379: "127.0.0.1:17383"}}
YAML
expect 4 'at :: it may leave IPv4 alone' up six --within 3
says 'it listens on [::]:6379, which 127.0.0.1:17383 does not lead to' 'and that is said'
