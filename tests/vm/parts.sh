#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Inside the guest, for tests/vm/boot.sh: the shop, then tests of this kernel that also run on any
# other; each line of theirs below its name.
set -uo pipefail
scratch=$(mktemp -d)
# shellcheck source=tests/count.sh
. tests/count.sh

part() { # NAME COMMAND...: tests that say lines
  local name=$1 status=0
  shift
  "$@" >"$scratch/out" 2>&1 || status=$?
  case ${1##*/} in
    test-*) count_cmocka "$name" "$scratch/out" "$status" ;;
    *) count_lines "$name" "$scratch/out" "$status" ;;
  esac
}
export BULKHEAD_SOURCE=$PWD
# What udev and systemd do on a machine: devices that drills go for, room for descriptors.
modprobe -a fuse loop tun sch_htb
ulimit -n 524288

part shop tests/vm/shop.sh
part life tests/vm/life.sh
part audit tests/system/audit.sh
part limits tests/system/limits.sh
part cores tests/vm/cores.sh
part nat tests/system/nat.sh
part sources tests/system/sources.sh
part budget tests/system/budget.sh
part outside tests/system/outside.sh
part names tests/system/names.sh
for name in ports phase enter command launch launch-inherited launch-verify launch-kill network network-verify \
  network-door-connect network-loopback gateway-confined outlet; do
  part "$name" "$BUILD/tests/system/test-system-$name"
done
[ "$failed" = 0 ]
