#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# tests/vm/boot.sh BULKHEAD: what a test build of bulkhead does on Debian 12's own kernel, 6.1:
# one boot of a virtual machine (tools/vmtest) that sees this machine's root, and what was made
# here beforehand.  Says lines as the tests in tests/system do.
set -uo pipefail

bulkhead=$(realpath "${1:?usage: tests/vm/boot.sh BULKHEAD}")
cd "$(dirname "$0")/../.." || exit 2
build=$(dirname "$bulkhead")
not_ok() { echo "not ok $1: $2"; bad=1; }
bad=0

# Below /tmp a service finds a folder of its own only: the shop lies elsewhere.
shop=$(mktemp -d /srv/bulkhead-vm.XXXXXX) && scratch=$(mktemp -d) || exit 2
machine=''
finish() {
  [ -z "$machine" ] || { kill "$machine" && wait "$machine"; } 2>/dev/null
  rm -rf --one-file-system "$shop" "$scratch"
}
trap finish EXIT
trap 'exit 143' INT TERM HUP
chmod 755 "$shop"

status=0
tools/vmtest --prepare >"$scratch/prepare" 2>&1 || status=$?
if [ "$status" = 77 ]; then
  echo "skip all: the 6.1 kernel cannot be had here: $(tail -n 2 "$scratch/prepare" | head -n 1)"
  exit 0
elif [ "$status" != 0 ]; then
  not_ok 'the kernel is prepared' "$(tail -n 2 "$scratch/prepare" | head -n 1)"
  exit 1
fi
for program in nginx php-fpm8.2 convert curl mkfs.ext4 /usr/lib/postgresql/15/bin/postgres; do
  command -v "$program" >/dev/null || { echo "skip all: $program is not installed"; exit 0; }
done
# A photo that the renderer could read if it were let, and one for a customer.
if ! examples/small/setup "$shop" >"$scratch/setup" 2>&1 ||
  ! convert -size 80x60 plasma:navy-gold "$shop/photo.png" 2>>"$scratch/setup" ||
  ! cp "$shop/photo.png" "$shop/secrets/"; then
  not_ok 'the shop is set up' "$(tail -n 1 "$scratch/setup")"
  exit 1
fi

# Here x32 calls are off unless the kernel is told otherwise: doors are drilled open.
mkdir "$scratch/out"
tools/vmtest --timeout "${VM_TIMEOUT:-480}" --append syscall.x32=y --share "$scratch/out" \
  --see "$shop" --see "$build" -- env "BULKHEAD=$bulkhead" "SHOP=$shop" "OUT=$scratch/out" \
  "BUILD=$build" tests/vm/parts.sh &
machine=$!
wait "$machine" || status=$?
machine=''
case $status in
  0) ;;
  1) bad=1 ;;
  124) not_ok 'the guest ends' "it is not done after ${VM_TIMEOUT:-480} s" ;;
  *) not_ok 'the guest ends' "status $status" ;;
esac
tests/vm/verdicts "$scratch/out/drill.json" || bad=1
exit $bad
