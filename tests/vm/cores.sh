#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Inside the guest, as it changes the kernel's core_pattern: what a service had in memory when it
# crashed reaches no program of the host.
# shellcheck source=tests/system/lib.sh
. tests/system/lib.sh

before=$(cat /proc/sys/kernel/core_pattern)
clean_up() { echo "$before" >/proc/sys/kernel/core_pattern; }
handler=$folder/handler
put "$handler" <<END
#!/bin/sh
wc -c >"$folder/core.\$1"
END
chmod 755 "$handler"
put "$folder/crash.yaml" <<'END'
bulkhead: 1
stack: cores
services:
  shell:
    role: scheduler
    command: [sh, -c, "kill -SEGV $$"]
    syscalls: {allow: [kill]}
END
got() { compgen -G "$folder/core.*"; }
echo "|$handler %p" >/proc/sys/kernel/core_pattern || skip_all 'core_pattern cannot be set'

expect 139 'without bulkhead a crash' prlimit --core=0 sh -c 'kill -SEGV $$'
within 5 'is handed to the handler, whatever its limit' got
rm -f "$folder"/core.*
expect 139 'a service crashes' "$BULKHEAD" run --roles "$PWD/roles" -f "$folder/crash.yaml" shell
expect 139 'and this too, which the handler gets after it' prlimit --core=0 sh -c 'kill -SEGV $$'
within 5 'the handler is there still' got
if [ "$(got | wc -l)" = 1 ]; then ok 'and got nothing of the service'; else not_ok 'and got nothing of the service'; fi
