#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Who may decide what root does: policy, role and environment files that others than root could
# change are refused, with exit status 2 and before anything is touched.
# shellcheck source=tests/system/lib.sh
. tests/system/lib.sh

nobody=65534
roles=$folder/roles
put "$roles/own.yaml" <<<'bulkhead: 1'
write_policy() { # FILE [LINE-OF-THE-SERVICE]
  put "$1" <<EOF
bulkhead: 1
stack: trust-test
services:
  one:
    role: own
    command: /usr/bin/true
    ${2-}
EOF
}
check() { "$BULKHEAD" check --roles "$roles" "$@"; }
policy=$folder/policy.yaml
write_policy "$policy"

expect 0 'what only root may write is read' check "$policy"
chmod 666 "$policy"
expect 2 'a policy that everybody may write is not' check "$policy"
says 'may be changed by others than root' 'and it says why'
says "chmod go-w $policy" 'and what to type'
expect 2 'not by up' "$BULKHEAD" up --roles "$roles" -f "$policy"
expect 125 'not by run' "$BULKHEAD" run --json --roles "$roles" -f "$policy" one
says '"code": 2' 'with the code'
chmod 664 "$policy"
expect 2 'nor one that a group may write, be it that of root' check "$policy"
chmod 644 "$policy"
chown $nobody "$policy"
expect 2 'nor one that another owns' check "$policy"
chown 0 "$policy"

# Folders.
mkdir -m 755 "$folder/theirs" "$folder/theirs/mine"
write_policy "$folder/theirs/mine/policy.yaml"
expect 0 'a folder of root below others of root' check "$folder/theirs/mine/policy.yaml"
chown $nobody "$folder/theirs"
expect 2 'a folder further up that another owns' check "$folder/theirs/mine/policy.yaml"
says "$folder/theirs may be changed" 'and it is named'
says '/etc/bulkhead' 'and a better place'
expect 2 'relative names are looked at too' \
  env -C "$folder/theirs/mine" "$(realpath "$BULKHEAD")" check --roles "$roles" policy.yaml
chown 0 "$folder/theirs"
chmod 1777 "$folder/theirs"
expect 0 'a sticky folder of root, such as /tmp, will do' check "$folder/theirs/mine/policy.yaml"
chmod 777 "$folder/theirs"
expect 2 'without the bit it will not' check "$folder/theirs/mine/policy.yaml"
chmod 755 "$folder/theirs"

# Links: whoever may place one would choose what is read.
ln -s "$policy" "$folder/link.yaml"
expect 0 'a link in a folder of root is followed' check "$folder/link.yaml"
mkdir -m 1777 "$folder/sticky"
ln -s "$policy" "$folder/sticky/link.yaml"
chown -h $nobody "$folder/sticky/link.yaml"
expect 2 'a link in a folder that others may write is not' check "$folder/sticky/link.yaml"
says 'symbolic link' 'and it says so'
ln -s "$folder" "$folder/sticky/way"
expect 2 'nor one on the way' check "$folder/sticky/way/policy.yaml"
chown $nobody "$folder/theirs"
ln -s "$folder/theirs/mine/policy.yaml" "$folder/to-theirs.yaml"
expect 2 'a link of root to what others may change is no help' check "$folder/to-theirs.yaml"
chown 0 "$folder/theirs"

# Everything that decides counts: included files, roles, environment files.
write_policy "$folder/part.yaml"
put "$folder/whole.yaml" <<<$'bulkhead: 1\ninclude: [part.yaml]'
expect 0 'an included file of root' check "$folder/whole.yaml"
chmod 666 "$folder/part.yaml"
expect 2 'an included file of everybody' check "$folder/whole.yaml"
says 'whole.yaml:2:11: error:' 'at the line that includes it'
chmod 666 "$roles/own.yaml"
expect 2 'a role of everybody' check "$policy"
says 'policy.yaml:5:11: error:' 'at the line that names it'
chmod 644 "$roles/own.yaml"
put "$folder/own.env" <<<'A=b'
write_policy "$policy" "environment-file: $folder/own.env"
expect 0 'an environment file of root' check "$policy"
chmod 666 "$folder/own.env"
expect 2 'an environment file of everybody' check "$policy"
says 'policy.yaml:7:23: error:' 'at the line that names it'

# What is no file at all.
expect 2 'a folder is no policy' check "$folder"
expect 2 'a device is none' check /dev/zero
mkfifo "$folder/pipe"
expect 2 'a pipe is none, and nobody waits for it' timeout 5 "$BULKHEAD" check "$folder/pipe"
truncate -s 101M "$folder/large.yaml"
expect 2 'what is too large is not read' check "$folder/large.yaml"
says "large.yaml: error: $folder/large.yaml is larger than 104857600 bytes" 'and it says so'
if [ -e /run/bulkhead/trust-test ]; then not_ok 'nothing was touched'; else ok 'nothing was touched'; fi

# Another than root reads what he may: it decides nothing.
install -m 755 "$BULKHEAD" "$folder/bulkhead"
chmod 644 "$folder/own.env"
chmod 666 "$policy"
expect 0 'who is not root may judge any policy' \
  setpriv --reuid $nobody --regid $nobody --clear-groups "$folder/bulkhead" check --roles "$roles" "$policy"
