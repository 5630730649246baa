#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# bulkhead under a really booted systemd: a Debian 12 in a container of its own (its own processes,
# network, and all of the cgroup tree from a folder of ours down), whose unit is killed, restarted
# and stopped, and which is shut down at the end.  The machine is made once and kept in
# /var/cache/bulkhead-test; what runs is a copy.
# shellcheck source=tests/system/lib.sh
. tests/system/lib.sh

command -v debootstrap >/dev/null || skip_all 'needs debootstrap'
command -v systemd-nspawn >/dev/null || skip_all 'needs systemd-nspawn (package systemd-container)'
command -v meson >/dev/null || skip_all 'needs meson'
# shellcheck source=tests/systemd/machine
. tests/systemd/machine
machine_base || skip_all "cannot make a Debian 12 here: $(tail -n 1 "$machine_said")"

root=$folder/root
clean_up() { machine_end; }
cp -a "$machine_cached" "$root"
DESTDIR=$root meson install -C "$(dirname "$BULKHEAD")" --no-rebuild --quiet >"$output" 2>&1 ||
  { not_ok 'it is installed' "$(tail -n 1 "$output")"; exit 1; }

put "$root/etc/bulkhead/shop.yaml" <<'END'
bulkhead: 1
stack: shop
services:
  cache:
    role: redis
    command: [redis-server, --dir, /var/lib/redis, --save, "3600 1", --protected-mode, "no"]
    user: redis
    files: {write: [/var/lib/redis]}
    listens: [6379]
    publishes: {6379: "127.0.0.1:17400"}
END
install -m 0755 tests/systemd/inside "$root/usr/local/sbin/inside"
put "$root/etc/systemd/system/inside.service" <<'END'
[Unit]
After=bulkhead@shop.service
[Service]
Type=oneshot
ExecStart=/usr/local/sbin/inside
StandardOutput=file:/said
StandardError=file:/said
ExecStopPost=/bin/systemctl --no-block poweroff
END
systemctl --root="$root" enable bulkhead@shop.service >"$output" 2>&1 || { not_ok 'the unit is enabled' "$(tail -n 1 "$output")"; exit 1; }
mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
ln -s ../inside.service "$root/etc/systemd/system/multi-user.target.wants/"

expect 0 'a Debian 12 with systemd boots, and is shut down' timeout 120 tests/systemd/machine boot "$root"
cat "$root/said"
grep -q '^not ok' "$root/said" && bad=1
if grep -q '^ok' "$root/said"; then ok 'and said what it saw'; else not_ok 'and said what it saw'; fi
if grep -q 'bye bye' "$root"/var/log/bulkhead/shop/cache/log; then
  ok 'shutdown takes the stack down as bulkhead down does'
else
  not_ok 'shutdown takes the stack down as bulkhead down does'
fi
