#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Roles whose daemons are not in examples/small, confined and at work: HAProxy in front of nginx and
# of MariaDB, all as Debian's packages are; and a role without any policy.
# shellcheck source=tests/system/lib.sh
. tests/system/lib.sh

for program in /usr/lib/postgresql/15/bin/postgres psql /usr/bin/convert haproxy mariadbd mariadb nginx redis-server redis-cli curl nsenter; do
  command -v "$program" >/dev/null || skip_all "needs $program"
done
servers=$PWD/tests/system/servers
stack=(--roles "$roles" -f "$folder/bulkhead.yaml")
alone='' # the process of `run` that this test started

clean_up() {
  [ -z "$alone" ] || kill -KILL "$alone" 2>/dev/null
  "$BULKHEAD" down "${stack[@]}" >/dev/null 2>&1
}

"$servers/setup" "$folder" || skip_all 'MariaDB makes no database here'
cp "$servers/master.yaml" "$folder/"

# One line a step, counted as those of this test.
traffic() { "$servers/traffic" http://127.0.0.1:8090 3307 2>/dev/null | sed "s/^\(not \)\?ok /&$1: /"; }

expect 0 'HAProxy, nginx and MariaDB start confined' "$BULKHEAD" up "${stack[@]}"
traffic 'in the foreground'
expect 0 'and every layer is enforced' "$BULKHEAD" status "${stack[@]}"
says 'seccomp       enforced  1 filter' 'with one filter each'

# A command in each: the rules of its domain name what is in its view.
inside() { "$BULKHEAD" exec --stack servers "$@"; }
expect 0 'a command in HAProxy' inside balancer -- haproxy -v
expect 0 'in nginx' inside page -- nginx -v
expect 0 'and in MariaDB' inside tables -- mariadbd --version

# What a role forbids shows in the daemon's own words.
sql() { mariadb -h 127.0.0.1 -P 3307 -u shop -pcompass -N shop -e "$1"; }
expect 1 'MariaDB writes no file outside its own' sql "SELECT 1 INTO OUTFILE '$folder/public/stolen'"
expect 0 'it knows the programs of nobody' sql "SELECT coalesce(load_file('/usr/bin/bash'), 'none')"
says none 'since they are not in its view'
expect 0 'down' "$BULKHEAD" down "${stack[@]}"

# The page's own example of a role is one.
mkdir "$folder/roles"
awk '/^```yaml/ {on = 1; next} /^```/ {on = 0} on' docs/roles.md >"$folder/roles/memcached.yaml"
cp "$roles/common.yaml" "$folder/roles/"
put "$folder/own.yaml" <<EOF
bulkhead: 1
stack: own
services:
  cache: {role: memcached, command: [memcached], listens: [11211]}
EOF
expect 0 'a role of your own is checked' "$BULKHEAD" check --roles "$folder/roles" -f "$folder/own.yaml"
expect 0 'and explained' "$BULKHEAD" explain --roles "$folder/roles" -f "$folder/own.yaml" cache
says eventfd2 'with what it allows'

# With -W the master executes its own binary again: declared it may, undeclared it ends.
expect 0 "HAProxy's master starts where its binary is declared" \
  "$BULKHEAD" up "${stack[@]}" -f "$folder/master.yaml"
traffic 'master and worker'
expect 0 'down again' "$BULKHEAD" down "${stack[@]}"
sed -i '/programs:/d' "$folder/master.yaml"
expect 4 'and does not where it is not' "$BULKHEAD" up "${stack[@]}" -f "$folder/master.yaml"
says 'Failed to reexecute the master process' 'as HAProxy itself says'

# The renderer finds ImageMagick's own limits, its modules and fonts, and nothing to write but /tmp.
convert() { "$BULKHEAD" run --role image-processor --roles "$roles" -- /usr/bin/convert "$@"; }
expect 0 'ImageMagick starts confined' convert -list policy
says 'Path: /etc/ImageMagick-6/policy.xml' 'with the limits of its policy'
expect 0 'it loads a module to write a picture' convert -size 64x64 plasma:navy-gold jpeg:/tmp/x.jpg
expect 1 'and writes nowhere else' convert -size 8x8 xc:red /usr/share/fonts/x.png
says 'unable to open image' 'not even where it reads'

# PostgreSQL as Debian's package is set up: its socket in /run/postgresql, TCP on loopback.
as_postgres() { (cd / && setpriv --reuid postgres --regid postgres --clear-groups "$@"); }
data=$folder/postgres
install -d -o postgres -g postgres -m 700 "$data"
as_postgres /usr/lib/postgresql/15/bin/initdb -A trust --no-sync -D "$data" >"$output" 2>&1
put "$folder/postgres.yaml" <<EOF
bulkhead: 1
stack: roles-postgres
services:
  db:
    role: postgres
    command: [/usr/lib/postgresql/15/bin/postgres, -D, $data, -c, unix_socket_directories=/var/run/postgresql]
    user: postgres
    files: {write: [$data]}
    listens: [5432]
EOF
start_alone() { # COMMAND...: in the background
  "$@" >"$folder/alone" 2>&1 </dev/null &
  alone=$!
}
children() { tr ' ' '\n' <"/proc/$1/task/$1/children"; }
daemon() { # NAME: a grandchild of `run`, whose parent is the init
  local child
  for child in $(children "$alone"); do children "$child" 2>/dev/null; done | while read -r child; do
    if [ "$(cat "/proc/$child/comm" 2>/dev/null)" = "$1" ]; then echo "$child"; fi
  done
}
end_alone() { # NAME SIGNAL: it ends well
  local status=0
  kill -"$2" "$alone"
  wait "$alone" || status=$?
  alone=''
  if [ "$status" = 0 ]; then ok "$1"; else
    not_ok "$1" "status $status"
    tail -n 5 "$folder/alone" | sed 's/^/  /'
  fi
}
start_alone "$BULKHEAD" run --roles "$roles" -f "$folder/postgres.yaml" db
query() { nsenter -t "$(daemon postgres)" -n psql -qAt -h "$1" -U postgres postgres -c "$2"; }
within 15 'PostgreSQL answers on loopback' query 127.0.0.1 'SELECT 1'
expect 0 'and on its socket in /run/postgresql' \
  query "/proc/$(daemon postgres)/root/run/postgresql" "SELECT 'Ahoy'"
says Ahoy 'as Debian compiled it in'
expect 1 'COPY executes no program' query 127.0.0.1 "COPY (SELECT 1) TO PROGRAM 'cat'"
says 'could not execute command' 'since there is none it may execute'
end_alone 'it ends well' INT

# The first five minutes: a role and a command, no file.
start_alone "$BULKHEAD" run --role redis --roles "$roles" -- redis-server
keys() { nsenter -t "$(daemon redis-server)" -n redis-cli "$@"; }
answers() { keys ping | grep -qx PONG; }
within 15 'run --role redis -- redis-server answers inside its network' answers
expect 0 'it keeps a value' keys set compass 33
expect 0 'and saves it to memory of its own' keys save
says OK 'without an error'
expect 1 'nobody outside reaches it' redis-cli -t 1 ping
end_alone 'and it ends well' TERM
