#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Limits of a service as a whole, where cgroup v2 has the controllers: set, read back, and seen when
# they are lifted behind our back.  A disk of its own lies in a file, and is mounted where nobody
# else sees it.
if [ -z "${LIMITS_APART:-}" ] && [ "$(id -u)" = 0 ]; then
  LIMITS_APART=1 exec unshare --mount --propagation private -- "$0" "$@"
fi
# shellcheck source=tests/system/lib.sh
. tests/system/lib.sh

for program in redis-server mkfs.ext4 losetup; do
  command -v "$program" >/dev/null || skip_all "$program is not installed"
done
hierarchy=/sys/fs/cgroup
for controller in memory pids cpu io; do
  grep -qsw "$controller" "$hierarchy/cgroup.controllers" ||
    skip_all "cgroup v2 has no $controller controller here"
done
clean_up() {
  take_down limits-test
  umount "$folder/disk" 2>/dev/null
}

truncate -s 32M "$folder/image"
mkdir "$folder/disk"
mkfs.ext4 -q "$folder/image"
mount -o loop "$folder/image" "$folder/disk" || skip_all 'a file cannot be mounted as a disk here'
install -d -o redis -g redis "$folder/disk/data"
disk=$(mountpoint -d "$folder/disk")

put "$folder/bulkhead.yaml" <<END
bulkhead: 1
stack: limits-test
services:
  cache:
    role: redis
    command: [redis-server, --port, "6379", --save, "", --dir, "$folder/disk/data"]
    user: redis
    files: {write: ["$folder/disk/data"]}
    listens: [6379]
    limits: {memory: 100000000, processes: 40, cpu: 0.5, io: 1MB/s}
END
stack=limits-test
limits() { sed -i "s|limits: .*|limits: {$1, io: 1MB/s}|" "$folder/bulkhead.yaml"; }
group=$hierarchy/bulkhead/limits-test/cache

holds() { # FILE TEXT NAME
  local found
  found=$(cat "$group/$1" 2>&1)
  if [[ $found == *"$2"* ]]; then ok "$3"; else not_ok "$3" "$1: $found"; fi
}

expect 0 'a service with limits starts' bulkhead up
holds memory.max 99999744 'its memory is limited, in whole pages'
holds pids.max 41 'its processes are, and its init'
holds cpu.max '50000 100000' 'its time is'
holds io.max "$disk rbps=" 'its disk is'
expect 0 'status reads the limits back' bulkhead status
says '4 of the cgroup' 'all of them'
echo max >"$group/memory.max"
expect 1 'a limit lifted behind our back is seen' bulkhead status
says 'memory.max is not the planned' 'by name'
echo 100000000 >"$group/memory.max"
echo "$disk rbps=max" >"$group/io.max"
expect 1 'so is one of a disk' bulkhead status
says 'io.max is not the planned' 'by name too'
echo "$disk rbps=1048576 wbps=1048576" >"$group/io.max"

# A command inside counts as the service's own, and so does what stands for it.
inside() { "$BULKHEAD" exec --stack limits-test cache -- redis-server --version; }
expect 0 'a command inside has room' inside
now=$(cat "$group/pids.current")
for room in 0 1; do
  echo $((now + room)) >"$group/pids.max"
  expect 125 "with room for $room it is not started" inside
  says "'cache' has all the processes that its limits allow" 'and told why'
done
echo $((now + 2)) >"$group/pids.max"
expect 0 'with room for two it is' inside
if [ -z "$(find "$group" -mindepth 1 -type d)" ]; then ok 'and leaves no group'; else not_ok 'and leaves no group'; fi

# A running service is given others at once, and goes on.
main=$(pid_of services/cache process)
limits 'memory: 200000000, processes: 50'
expect 0 'reload takes other limits' bulkhead reload
says 'cache: its limits are set' 'and says whose'
holds memory.max 199999488 'more memory'
holds pids.max 51 'more processes'
holds cpu.max 'max 100000' 'what is limited no more is free'
expect 0 'and status reads those' bulkhead status
limits 'memory: 100000000, processes: 40, cpu: 0.25'
expect 0 'reload takes them back' bulkhead reload
holds memory.max 99999744 'less memory'
holds cpu.max '25000 100000' 'and less time'
if [ "$(pid_of services/cache process)" = "$main" ]; then ok 'it was not started again'; else not_ok 'it was not started again'; fi
expect 0 'down works' bulkhead down
if [ -e "$hierarchy/bulkhead/limits-test" ]; then
  not_ok 'no cgroup is left'
else
  ok 'no cgroup is left'
fi
