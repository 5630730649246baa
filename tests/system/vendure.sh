#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Vendure confined: customers, and what every shop needs once in a while (a reload, rotated logs, a
# crash, a save, a deploy, a night's job): operations whose calls a recording of normal days misses
# (tests/unit/plan/rare_calls.c).  Uses the folder of `make demo` where there is one.
# shellcheck source=tests/system/lib.sh
. tests/system/lib.sh

for program in node npm nginx redis-server /usr/lib/postgresql/15/bin/postgres /usr/bin/convert openssl curl; do
  command -v "$program" >/dev/null || skip_all "needs $program"
done
example=$PWD/examples/vendure
root=${BULKHEAD_DEMO:-/srv/bulkhead-vendure}
stack=(--roles "$PWD/roles" -f "$root/bulkhead.yaml")
door=http://127.0.0.1:8081
! "$BULKHEAD" ps vendure >/dev/null 2>&1 || skip_all 'the stack vendure is up'
made=''
[ -e "$root" ] || made=yes

clean_up() {
  "$BULKHEAD" down "${stack[@]}" >/dev/null 2>&1
  "$example/outside" stop "$root"
  [ -z "$made" ] || rm -rf --one-file-system "$root"
}

"$example/setup" "$root" >"$output" 2>&1 || skip_all "no set-up here: $(tail -n 1 "$output")"
"$example/outside" start "$root" || exit 1

customers() { # WHEN: no answer may be wrong
  expect 0 "customers are served $1" "$example/traffic" --checkouts 2 --browse 1 "$door" "$root"
}
main_process() { "$BULKHEAD" ps --json "${stack[@]}" | node -pe \
  "JSON.parse(fs.readFileSync(0)).rows.find((row) => row.service === '$1').pid || ''"; }
children() { tr ' ' '\n' <"/proc/$1/task/$1/children"; }
signal() { "$BULKHEAD" signal "${stack[@]}" "$@"; }
# Node code inside a running service, with its network and secrets, and `say`.
inside() { # SERVICE CODE
  "$BULKHEAD" exec "${stack[@]}" "$1" -- node -e "const say = (x) => console.log(String(x)); (async () => { $2 })()
    .then(() => process.exit(0), (error) => { console.error(error.message); process.exit(1); })"
}
sql() { # TEXT: in the database, as the worker may
  inside worker "const client = new (require('pg').Client)(require('./settings').database);
    await client.connect(); const answer = await client.query(\`$1\`);
    say([].concat(answer).pop().rows.map((row) => Object.values(row)).join())"
}
keys() { # COMMAND...: to the cache, as the worker may
  local words=''
  printf -v words "'%s'," "$@"
  inside worker "say(await new (require('ioredis'))(require('./settings').redis).call($words))"
}
log_says() { grep -qF -- "$2" "/var/log/bulkhead/vendure/$1/log"; }
serves() { [ "$(curl -s -o /dev/null -w '%{http_code}' "$door/health")" = 200 ]; }

began=$(mktemp -p "$folder")
expect 0 'Vendure starts confined' "$BULKHEAD" up "${stack[@]}"
expect 0 'every layer is as planned' "$BULKHEAD" status "${stack[@]}"
customers 'from the first moment'

# nginx: a new configuration without a lost request, and logs that rotate.
edge=$(main_process edge)
before=$(children "$edge")
while [ ! -e "$folder/.enough" ]; do serves || echo wrong; done >"$folder/reloading" &
asking=$!
expect 0 'nginx is told to read its configuration again' "$BULKHEAD" reload "${stack[@]}" edge
renewed() { ! comm -12 <(sort <<<"$before") <(children "$edge" | sort) | grep -q .; }
within 20 'its workers are new ones' renewed
touch "$folder/.enough"
wait "$asking"
expect 1 'and no request was lost' grep wrong "$folder/reloading"
mv "$root/log/access.log" "$root/log/access.log.1"
expect 0 'it opens its log anew' signal edge USR1
fresh() { serves && [ -s "$root/log/access.log" ]; }
within 20 'requests go into the new log' fresh
rm "$root/log/access.log.1"
cached() { find "/proc/$(main_process edge)/root/var/lib/nginx/cache" -type f | grep -q .; }
customers 'and fill the cache'
within 20 'which holds pictures' cached
purged() { ! cached; }
within 40 'until nobody asked for them' purged

# PostgreSQL: large answers, sorts beyond memory, an index, room given back.
expect 0 "the database's buffers grow" inside worker "const client = new (require('pg').Client)(require('./settings').database);
  await client.connect(); say((await client.query(\"SELECT repeat('x', 50000000) AS text\")).rows[0].text.length)"
says 50000000 'for a large answer'
expect 0 'tables and indexes too' sql "CREATE TABLE big AS SELECT i, md5(i::text) t FROM generate_series(1, 200000) i;
  CREATE INDEX ON big (t); SET work_mem = '64kB'; SELECT count(*) FROM (SELECT t FROM big ORDER BY t) x"
says 200000 'to the last row'
expect 0 'and shrink again' sql "DELETE FROM big WHERE i > 10; DROP TABLE big; SELECT 1"
expect 0 'vacuum works' sql 'VACUUM ANALYZE'

# A crash of one connection: PostgreSQL ends all others and recovers by itself.
db=$(main_process db)
victim=$(for child in $(children "$db"); do
  if grep -qa '^postgres: shop shop' "/proc/$child/cmdline"; then echo "$child"; break; fi
done)
expect 0 'a connection of the database is killed' kill -KILL "$victim"
recovered() { log_says db 'all server processes terminated; reinitializing' && sql 'SELECT 1' && serves; }
within 30 'it recovers, and so does the shop' recovered
customers 'after that'

# Whole services die and come again: first the one that all need, then all others.
declare -A old
die() { # SERVICE...
  local service
  for service in "$@"; do old[$service]=$(main_process "$service"); done
  expect 0 "$* killed" kill -KILL "${old[@]}"
}
again() { # every one that died has a process anew
  local service new
  for service in "${!old[@]}"; do
    new=$(main_process "$service")
    [ -n "$new" ] && [ "$new" != "${old[$service]}" ] || return
  done
}
works() { again && sql 'SELECT 1' && keys PING && serves; }
die db
within 60 'it is started again, and the shop works' works
customers 'after the database died'
old=()
die edge shop worker scheduler payments images render cache
within 60 'they are started again, and the shop works' works
customers 'after all others died'

# Redis saves, and makes its log anew.
expect 0 'the cache saves' keys SAVE
expect 0 'and in the background' keys BGSAVE
expect 0 'it rewrites its log' keys BGREWRITEAOF
rewritten() { keys INFO persistence | tee "$folder/persistence" | grep -q 'aof_rewrite_in_progress:0' &&
  grep -q 'aof_rewrite_scheduled:0' "$folder/persistence"; }
within 20 'in a moment' rewritten
good() { grep -q 'rdb_last_bgsave_status:ok' "$folder/persistence" &&
  grep -q 'aof_last_bgrewrite_status:ok' "$folder/persistence"; }
expect 0 'both went well' good

# A deploy: another release, the link turned, a restart.
cp -al "$root/releases/1" "$root/releases/2"
ln -sfn releases/2 "$root/app"
runs_release() { # NUMBER
  "$BULKHEAD" exec "${stack[@]}" shop -- node -e \
    "process.exit(require('node:fs').realpathSync('vendure.js') === '$root/releases/$1/vendure.js' ? 0 : 1)"
}
expect 0 'the shop runs its release' runs_release 1
expect 0 'another is deployed' "$BULKHEAD" reload "${stack[@]}"
says 'worker: needs a restart' 'for those who start anew'
expect 0 'as the shop does' "$BULKHEAD" restart "${stack[@]}" shop
expect 0 'the shop runs that one' runs_release 2
customers 'by it'
ln -sfn releases/1 "$root/app"
expect 0 'the deploy is taken back' "$BULKHEAD" reload "${stack[@]}"
expect 0 'by the shop too' "$BULKHEAD" restart "${stack[@]}" shop
rm -rf "$root/releases/2"

# The scheduler's work of each minute.
reported() { [ -n "$(find "$root/reports" -name '*.csv' -newer "$began")" ]; }
within 65 "the scheduler's report is there" reported
expect 0 'every layer is still as planned' "$BULKHEAD" status "${stack[@]}"
expect 0 'an attack from inside each service is stopped' "$BULKHEAD" drill "${stack[@]}"
says ' stopped, 0 got through' 'all of it'
expect 0 'down' "$BULKHEAD" down "${stack[@]}"
