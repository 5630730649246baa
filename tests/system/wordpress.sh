#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A stock WordPress moves into a stack one service at a time, without a change of its configuration:
# what is not there yet is reached as `host:PORT`.  After each move its customers see no difference.
# Then what is rare and needed: reload, log rotation, a crash, another size of the pool.
# shellcheck source=tests/system/lib.sh
. tests/system/lib.sh

for program in nginx mariadbd php-fpm8.2 node openssl; do
  command -v $program >/dev/null || skip_all "needs $program"
done
[ -e /usr/share/wordpress/wp-load.php ] || skip_all "needs Debian's wordpress"
example=$PWD/examples/wordpress port=18500
root=$(mktemp -d /srv/bulkhead-test-wordpress.XXXXXX)
chmod 755 "$root"
policy=$root/moving.yaml stack=wordpress-test
# shellcheck disable=SC2317 # lib.sh calls it
clean_up() {
  take_down $stack
  "$example/unconfined" stop "$root" >/dev/null 2>&1
  "$example/outside" stop "$root" >/dev/null 2>&1
  rm -rf --one-file-system "$root"
}

# The policy with these services in it; edges to others lead to the host.
write_policy() { # SERVICE...
  awk -v inside=" $* " '
    /^stack:/ { print "stack: wordpress-test"; next }
    /^assert:/ { exit }
    /^  [a-z]+:/ { name = $1; sub(":", "", name); there = index(inside, " " name " ") }
    /^    / && !there { next }
    /^  [a-z]+:/ && !there { next }
    /depends-on:/ { peer = $2; gsub(/[][]/, "", peer); if (!index(inside, " " peer " ")) next }
    match($0, /to: "[a-z]+:/) {
      peer = substr($0, RSTART + 5, RLENGTH - 6)
      if (peer != "host" && !index(inside, " " peer " ")) {
        sub("to: \"" peer ":", "to: \"host:")
        sub(/}/, ", why: still outside}")
      }
    }
    { print }' "$root/bulkhead.yaml" >"$policy"
}
customers() { "$example/traffic" "http://127.0.0.1:$port" "$root" 1 2; }

expect 0 'a stock WordPress is set up' "$example/setup" "$root" $port ports
expect 0 'with what is around it' "$example/outside" start "$root"
expect 0 'it starts' "$example/unconfined" start "$root"
expect 0 'its customers are served' customers
inside=()
for service in edge php cron db; do
  inside+=("$service")
  write_policy "${inside[@]}"
  "$BULKHEAD" down $stack >/dev/null 2>&1
  expect 0 "$service stops outside" "$example/unconfined" stop "$root" "$service"
  chown -R www-data:www-data "$root/log/edge" "$root/log/php" "$root/run"
  expect 0 "and is in the stack" bulkhead up
  expect 0 "as planned" bulkhead status
  expect 0 "with $service inside customers notice nothing" customers
done
if ss -Hltn | grep -qE ":($((port + 1))|$((port + 4))) "; then
  not_ok 'nothing of it listens on the host any more'
else
  ok 'nothing of it listens on the host any more'
fi

# Rare, and needed: each as an operator does it.
# Processes of a service but for its init, by their oldest pid.
processes() { cat /sys/fs/cgroup/bulkhead/$stack/"$1"/cgroup.procs /sys/fs/cgroup/unified/bulkhead/$stack/"$1"/cgroup.procs 2>/dev/null | sort -n; }
count() { processes "$1" | wc -l; }
served() { curl -sfo "$folder/page" "http://127.0.0.1:$port/shop/" && grep -q product "$folder/page"; }
workers_are_others() { ! processes edge | grep -qxF "$1"; }
logged() { [ -s "$root/log/edge/access.log" ]; }

worker=$(processes edge | tail -n 1)
expect 0 'nginx is told to reload' bulkhead signal edge HUP
within 10 'its workers are others' workers_are_others "$worker"
expect 0 'and customers notice nothing' customers

mv "$root/log/edge/access.log" "$root/log/edge/access.log.1"
expect 0 'its log is moved away and it is told' bulkhead signal edge USR1
expect 0 'somebody comes' served
within 20 'and is in the new log' logged

before=$(count php)
sed -i 's/max_children = 4/max_children = 7/' "$root/config/php-fpm.conf"
expect 0 'the pool is given another size' bulkhead restart php
if [ "$(count php)" = $((before + 3)) ]; then ok 'and has it'; else not_ok 'and has it' "$(count php) processes, before $before"; fi
expect 0 'customers notice nothing of the larger pool' customers

expect 0 'the database grows' bulkhead run cron -- php8.2 -r "require '$root/www/wp-load.php';
  for (\$i = 0; \$i < 40; \$i++) add_option(\"grown_\$i\", str_repeat(md5(\$i), 16384), '', 'no');
  echo \$GLOBALS['wpdb']->get_var(\"SELECT sum(length(option_value)) FROM wp_options WHERE option_name LIKE 'grown_%'\");"
says 20971520 'by twenty megabytes'
main=$(pid_of services/db process)
kill -9 "$main"
again() { [ "$(pid_of services/db process)" != "$main" ] && served; }
within 60 'it is killed, recovers and serves' again
if grep -q 'crash recovery' "/var/log/bulkhead/$stack/db/log"; then ok 'from its own log'; else not_ok 'from its own log'; fi
expect 0 'and customers notice nothing more' customers

# An update of the software: another tree in its place, its folders of files moved over.
cp -a "$root/www" "$root/www.next"
rm -rf "$root/www.next/wp-content/uploads"
echo '<?php header("X-Release: next");' >"$root/www.next/wp-content/mu-plugins/release.php"
released() { curl -sfI "http://127.0.0.1:$port/shop/" | grep -qi '^X-Release: next'; }
expect 1 'the next release is not there yet' released
mv "$root/www" "$root/www.last"
mv "$root/www.last/wp-content/uploads" "$root/www.next/wp-content/"
mv "$root/www.next" "$root/www"
expect 0 'it takes the place of the last, and who reads it is started again' bulkhead restart php cron edge
within 20 'and answers' released
expect 0 'customers notice nothing of it' customers

report() { [ -n "$(find "$root/reports" -newer "$folder/mark" -name 'sales-*')" ]; }
touch "$folder/mark"
within 90 'the job that is due each minute writes its report' report
expect 0 'all of it as planned' bulkhead status
expect 0 'down' bulkhead down

# The same data, by the sockets of Debian's packages.
expect 0 'the same shop is set up by sockets' "$example/setup" "$root" $port
sed "s/^stack:.*/stack: $stack/" "$root/bulkhead.yaml" >"$policy"
expect 0 'it is up' bulkhead up
expect 0 'as planned by sockets' bulkhead status
expect 0 'and customers notice nothing of them' customers
expect 0 'an attack from inside each service is stopped' bulkhead drill
says ' stopped, 0 got through' 'all of it'
expect 0 'down by sockets' bulkhead down
