#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Inside the guest, for tests/vm/parts.sh: SHOP is examples/small as set up on the host, OUT a folder
# of the host's for what is looked at there.  A fork and exec takes 35 ms here: few programs.
# shellcheck source=tests/system/lib.sh
. tests/system/lib.sh
: "${SHOP:?}" "${OUT:?}"

# The database loads no code when it is ready, which its role would let it, so that this kernel
# closes a view, too.
put "$folder/late.yaml" <<'END'
bulkhead: 1
services: {db: {after-ready: {forbid: [listen, execute]}}}
END
bulkhead() {
  local verb=$1
  shift
  "$BULKHEAD" "$verb" --roles roles -f "$SHOP/bulkhead.yaml" -f "$folder/late.yaml" "$@"
}
clean_up() { cp -r /var/log/bulkhead "$OUT/log" 2>/dev/null; }

case $(uname -r) in
  6.1.*) ok 'the kernel is 6.1' ;;
  *) not_ok 'the kernel is 6.1' "it is $(uname -r)" ;;
esac

expect 0 'doctor finds all that a launch needs' "$BULKHEAD" doctor
is() { # yes|no FEATURE
  if grep -qE "^$1 +[*+] $2 " "$output"; then ok "doctor: $2: $1"; else not_ok "doctor: $2: $1"; fi
}
for feature in landlock seccomp-notify cgroup-pids cgroup-ports nftables transparent-proxy loopback-nat \
  bandwidth door-nat door-connect; do
  is yes $feature
done
for feature in landlock-truncate landlock-net mdwe memfd-noexec; do is no $feature; done
says '(ABI 2)' "Landlock's ABI is 2"

expect 0 'check' bulkhead check
expect 0 'up: nginx, PHP-FPM, the database, the renderer' bulkhead up edge pages db render
expect 0 'status is as planned' bulkhead status
is_so() { # SERVICE LAYER STATE: the first row of a subject names it, the others are indented
  awk -v service="$1" -v layer="$2" -v state="$3" '
    /^[^ ]/ { subject = $1; sub(/^[^ ]+/, "") }
    subject == service && $1 == layer && $2 == state { found = 1 }
    END { exit !found }' "$output"
}
stands() { # SERVICE LAYER STATE
  if is_so "$@"; then
    ok "status: $2 of $1 is $3"
  else
    not_ok "status: $2 of $1 is $3" "$(grep -m 2 " $2 " "$output")"
  fi
}
for service in db render; do
  for layer in identity capabilities seccomp exec namespaces view labels network resources; do
    stands $service $layer enforced
  done
  stands $service landlock recorded
done
stands db phase enforced

get() { curl -sg -m 20 "$@"; }
rendition() {
  get -F "photo=@$SHOP/photo.png;filename=boat.png" http://127.0.0.1:8080/upload.php
  for _ in {1..100}; do
    get -f -o "$folder/rendition" http://127.0.0.1:8080/media/boat.jpg && return
    sleep 0.1
  done
  return 1
}
expect 0 'the catalogue comes from the database' get http://127.0.0.1:8080/shop.php
says 'Compass: 33.00' 'through nginx and PHP'
expect 0 'a photo becomes a rendition' rendition

is_there() { if [ -s "$1" ]; then ok "$2"; else not_ok "$2"; fi; }
is_absent() { if [ -e "$1" ]; then not_ok "$2"; else ok "$2"; fi; }
convert() { bulkhead run render -- /usr/bin/convert "$@"; }
expect 0 'run: the renderer converts' convert -size 8x8 xc:red "$SHOP/media/run.png"
is_there "$SHOP/media/run.png" 'and its file is there'
expect 1 'it does not write where it only reads' convert xc:red "$SHOP/spool/run.png"
is_absent "$SHOP/spool/run.png" 'no file is there'
expect 1 'it does not read what it does not declare' \
  convert "$SHOP/secrets/photo.png" "$SHOP/media/leak.png"
is_absent "$SHOP/media/leak.png" 'nothing leaks'
expect 127 'it has no shell' bulkhead run render -- /bin/sh -c true
expect 0 'run: the database starts' bulkhead run db -- /usr/lib/postgresql/15/bin/postgres --version
expect 127 'it has no shell either' bulkhead run db -- /bin/sh -c true

status=0
bulkhead drill --json db render edge >"$OUT/drill.json" 2>"$output" || status=$?
if [ "$status" = 0 ]; then
  ok 'drill: nothing gets through'
else
  not_ok 'drill: nothing gets through' "status $status: $(tail -n 1 "$output")"
fi
expect 0 'the services are as before' bulkhead status
expect 0 'down' bulkhead down
left=$(ls -d /run/bulkhead/shop-small /sys/fs/cgroup/bulkhead 2>/dev/null
  grep -F bulkhead/shop-small /proc/self/mountinfo)
if [ -z "$left" ]; then ok 'nothing is left'; else not_ok 'nothing is left' "$left"; fi
