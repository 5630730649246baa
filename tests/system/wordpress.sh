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
roles=$PWD/roles example=$PWD/examples/wordpress port=18500
root=$(mktemp -d /srv/bulkhead-test-wordpress.XXXXXX)
chmod 755 "$root"
policy=$root/moving.yaml stack=wordpress-test
bulkhead() { local verb=$1; shift; "$BULKHEAD" "$verb" --roles "$roles" -f "$policy" "$@"; }
# shellcheck disable=SC2317 # lib.sh calls it
clean_up() {
  "$BULKHEAD" down $stack >/dev/null 2>&1
  "$example/unconfined" stop "$root" >/dev/null 2>&1
  "$example/outside" stop "$root" >/dev/null 2>&1
  rm -rf --one-file-system "$root" /var/log/bulkhead/$stack
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

expect 0 'a stock WordPress is set up' "$example/setup" "$root" $port
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
