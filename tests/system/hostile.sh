#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A service that is taken over: what it may take of what the kernel counts for the whole machine,
# what it learns of its init, and what it cannot hold back when it ends.  Perl makes its calls.
# shellcheck disable=SC2016 # the variables are perl's
# shellcheck source=tests/system/lib.sh
. tests/system/lib.sh

[ "$(uname -m)" = x86_64 ] || skip_all 'the numbers of calls are those of x86-64'
stack=hostile-test
clean_up() { take_down $stack; }

put "$folder/bulkhead.yaml" <<END
bulkhead: 1
stack: $stack
services:
  taken:
    role: worker
    command: [/usr/bin/perl, -e, '\$| = 1; print "first\n"; fork or do { print "second\n" while 1 }; select undef, undef, undef, 2.5; exit 3']
    programs: [/usr/bin/perl]
    files: {load: [/usr/lib/x86_64-linux-gnu/perl-base]}
    tmp: 1MB
    restart: never
    syscalls: {allow: [child-processes, file-watching, timers, polling]}
END
# What it takes until it is refused.
perl() { bulkhead run taken -- /usr/bin/perl -e "$1"; }
between() { # LEAST MOST NAME: the last line that was printed
  local found
  found=$(tail -n 1 "$output")
  if [[ $found =~ ^[0-9]+$ ]] && [ "$found" -ge "$1" ] && [ "$found" -le "$2" ]; then
    ok "$3"
  else
    not_ok "$3" "$found"
  fi
}

# 1 MB has room for 256 files of a page each.
expect 0 'it makes empty files' perl '$n = 0; $n++ while $n < 9999 && open($f, ">", "/tmp/$n"); print "$n\n"'
between 256 320 'as many as there could be full ones, and a few'
expect 0 'it makes timers' perl '$t = " " x 8; $n = 0; $n++ while $n < 99999 && syscall(222, 1, 0, $t) >= 0; print "$n\n"'
between 1000 1024 'a share of what root of the host has for all'
expect 0 'it watches files' perl '$n = 0; $n++ while $n < 999 && syscall(294, 0) >= 0; print "$n\n"'
between 8 16 'by a share, too'
expect 0 'it reads of itself' perl 'open($f, "<", "/proc/self/status") or die; print <$f>'
says 'Name:' 'what the kernel says'
expect 2 'it sees no init' perl 'open($f, "<", "/proc/1/cmdline") or exit $!; print <$f>'
expect 30 'and writes nothing in /proc' perl 'open($f, "+<", "/proc/self/mem") or exit $!'
expect 30 'Landlock apart' bulkhead run --without landlock taken -- /usr/bin/perl -e \
  'open($f, "+<", "/proc/self/mem") or exit $!'

# Its own end is the end: what it started goes on writing, and cannot keep it among the living.
expect 0 'a service starts a child that writes on' bulkhead up
ended() { bulkhead ps | grep -q 'exit 3'; }
within 20 'and ends all the same, with its own status' ended
expect 0 'the child has ended with it' \
  sh -c "! cat /proc/[0-9]*/cgroup 2>/dev/null | grep -q '/bulkhead/$stack/taken$'"
expect 0 'the log has what both wrote' \
  sh -c "cat /var/log/bulkhead/$stack/taken/log* | sort -u"
says second 'to the end'
expect 0 'and there is nothing to wait for' timeout 5 "$BULKHEAD" down $stack

# Who reaches a socket from outside could hand its service a descriptor of the host.
put "$folder/listen.yaml" <<END
bulkhead: 1
stack: $stack
services:
  server:
    role: worker
    command: [/usr/bin/perl, -MIO::Socket::UNIX, -e, '\$s = IO::Socket::UNIX->new(Local => "/run/served/it", Listen => 1); chmod 0777, "/run/served", "/run/served/it"; sleep 60']
    files: {load: [/usr/lib/x86_64-linux-gnu/perl-base]}
    listens: [{unix: /run/served/it}]
    syscalls: {allow: [unix-sockets, network-server, file-modes, timers]}
END
socket=/run/bulkhead/$stack/sockets/server+run+served/it
expect 0 'a service opens its socket to all' "$BULKHEAD" up --roles roles -f "$folder/listen.yaml"
reach=(/usr/bin/perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new(Peer => $ARGV[0]) or die $!' "$socket")
expect 0 'root of the host reaches it' "${reach[@]}"
expect 13 'nobody else of the host does' setpriv --reuid 65534 --clear-groups "${reach[@]}"
says 'Permission denied' 'by its folder'
expect 0 'it goes down' "$BULKHEAD" down $stack

# A socket of the host is nobody's file.
/usr/bin/perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new(Local => $ARGV[0])' "$folder/socket"
sed -i "s|files: {|files: {read: [\"$folder/socket\"], |" "$folder/bulkhead.yaml"
expect 125 'a socket of the host cannot be declared as a file' perl 1
says 'is a socket of this machine' 'and it says so'
rm "$folder/socket"
put "$folder/socket" </dev/null
expect 0 'a file in its place can' perl 1
