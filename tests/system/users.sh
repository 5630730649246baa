#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# `users`: a daemon that drops to other accounts itself may become those, and nobody else.
. tests/system/lib.sh

for account in www-data backup games; do
  id "$account" >/dev/null 2>&1 || skip_all "there is no account $account"
done
number() { id -u "$1"; }
put "$policy" <<YAML
bulkhead: 1
stack: users-test
services:
  drops: {role: worker, command: perl -v, user: backup, users: [www-data]}
  stays: {role: worker, command: perl -v, user: backup}
YAML

# become SERVICE USER: what the ids are after it tried to become USER, group and all.
become() {
  local id
  id=$(number "$2")
  # shellcheck disable=SC2016 # Perl's variables
  timeout 10 "$BULKHEAD" run --roles "$roles" -f "$policy" "$1" -- perl -e \
    '$( = $ARGV[0]; $) = "$ARGV[0] $ARGV[0]"; $< = $> = $ARGV[0]; print "$< $> ", $( + 0, " ", $) + 0, "\n"' "$id"
}
ids() { printf '%s %s %s %s' "$(number "$1")" "$(number "$1")" "$(id -g "$1")" "$(id -g "$1")"; }

expect 0 'a daemon with users runs' become drops www-data
says "$(ids www-data)" 'and becomes the one it declares'
expect 0 'it runs' become drops games
says "$(ids backup)" 'and becomes no other account'
expect 0 'it runs still' become drops root
says "$(ids backup)" 'and not the root of its namespace, its init'
expect 0 'one without users runs' become stays www-data
says "$(ids backup)" 'and becomes nobody'

# shellcheck disable=SC2016 # Perl again
capabilities() { timeout 10 "$BULKHEAD" run --roles "$roles" -f "$policy" "$1" -- perl -ne '/^CapBnd:\s+0*(\w+)/ and print "bounded by $1\n"' /proc/self/status; }
expect 0 'a daemon with users holds' capabilities drops
says 'bounded by c0' 'CAP_SETUID and CAP_SETGID, and no more'
expect 0 'one without holds' capabilities stays
says 'bounded by 0' 'nothing'

expect 0 'nothing gets through in a drill of it' timeout 100 "$BULKHEAD" drill --roles "$roles" -f "$policy" drops
