#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Peers that have no port but a unix socket: the drill meets them there, whether their daemons run
# or not, and says so where a service cannot.
# shellcheck source=tests/system/lib.sh
. tests/system/lib.sh
for program in node redis-server /usr/lib/postgresql/15/bin/postgres; do
  command -v "$program" >/dev/null || skip_all "$program is not installed"
done
stack=drill-sockets
clean_up() { take_down $stack; }

put "$folder/app/idle.js" <<<'setInterval(() => {}, 1000);'
# A path of a socket may have 107 bytes; that of its folder on the host is longer.
long=/run/$(printf 'a%.0s' {1..80})
policy_with() { # GROUPS of who asks
  put "$policy" <<END
bulkhead: 1
stack: $stack
services:
  cache:
    role: redis
    command: [redis-server, --port, "0", --unixsocket, $long/c.sock, --unixsocketperm, "770", --save, ""]
    user: redis
    listens: [{unix: $long/c.sock, mode: 0770}]
  api:
    role: node
    command: node idle.js
    workdir: $folder/app
    user: www-data
    groups: $1
    files: {read: [$folder/app]}
    connects: ["cache:unix:$long/c.sock"]
  timer:
    role: scheduler
    command: node idle.js
    workdir: $folder/app
    user: www-data
    groups: $1
    files: {read: [$folder/app]}
    connects: ["cache:unix:$long/c.sock"]
END
}
# Who may not run here is drilled all the same.
put "$folder/db.yaml" <<END
bulkhead: 1
services:
  db:
    role: postgres
    command: /usr/lib/postgresql/15/bin/postgres
    user: postgres
    listens: [{unix: /run/postgresql/.s.PGSQL.5432}]
  api:
    connects: ["db:unix:/run/postgresql/.s.PGSQL.5432"]
END
drill() { bulkhead drill "$@"; }
names='web workers reach named APIs'
timer='the scheduler has no outbound traffic'
base='the database accepts and never initiates'

policy_with '[redis, postgres]'
expect 0 'no daemon runs: nothing gets through' drill -f "$folder/db.yaml" api timer db
says "holds  $names" 'the web worker meets its peers at their sockets'
says "holds  $timer" 'and so does the scheduler'
says "holds  $base" 'the database is reached at its own'

expect 0 'the stack' bulkhead up
expect 0 'its daemon runs: nothing gets through' drill api timer
says "in the running stack's networks" 'of that stack'
says "holds  $names" 'the web worker meets the daemon'
says "holds  $timer" 'and so does the scheduler'
expect 0 'it serves on' bulkhead status
expect 0 'down' bulkhead down

policy_with '[postgres]'
expect 1 'who is not of the group of the socket does not pass' drill -f "$folder/db.yaml" api timer db
says "broken $timer" 'and the drill says so'
says 'meet-declared' 'and what does not work'
says "holds  $base" 'others do'
