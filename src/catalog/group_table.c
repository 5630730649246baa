/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "catalog/group_table.h"

#include <linux/prctl.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>

/*
 * The groups, in the order in which people should read them.  A call that is
 * granted under a condition has one row for each alternative.
 *
 * Conditions compare the low half of the argument: the kernel reads these as
 * int, and a filter that compares 64 bits is passed by junk in the upper half.
 */

/* clang-format off */
#define GROUP(group, text, ...)                                                                    \
	{                                                                                          \
		.name = group,                                                                     \
		.sentence = text,                                                                  \
		.grants = (const struct catalog_grant[]){__VA_ARGS__},                             \
		.grant_count = sizeof((const struct catalog_grant[]){__VA_ARGS__}) /               \
			sizeof(struct catalog_grant),                                              \
	}
#define CALL(name) {.call = #name}
#define WHEN(name, ...)                                                                            \
	{                                                                                          \
		.call = #name,                                                                     \
		.condition_count = sizeof((struct catalog_condition[]){__VA_ARGS__}) /             \
			sizeof(struct catalog_condition),                                          \
		.conditions = {__VA_ARGS__},                                                       \
	}
#define MASKED(index, bits, number) {.argument = index, .mask = bits, .value = number}
#define IS(index, number) MASKED(index, 0xffffffff, number)
#define NOT(index, number)                                                                         \
	{.argument = index, .differs = true, .mask = 0xffffffff, .value = number}

/* Newer than the headers of a stock 6.1 system, or not in them at all. */
#define TERMINAL_GET 0x5401       /* TCGETS; asm/termbits.h collides with termios.h */
#define TERMINAL_GET2 0x802c542a  /* TCGETS2, glibc 2.42 */
#define NAME_MAPPING 0x53564d41   /* PR_SET_VMA: glibc names its heaps */

#define SOCKET_TYPE 0xfff7f7ffU   /* all of `type` but SOCK_CLOEXEC and SOCK_NONBLOCK */
/* AF_INET (2) and AF_INET6 (10) differ in one bit. */
#define INTERNET MASKED(0, 0xfffffff7U, AF_INET)
#define ANY_BIT_BUT(bit) (0xffffffffU & ~(bit))

/* Options of a socket that bring programs (BPF) or whole protocols (TCP_ULP) into the kernel. */
#define ATTACH_FILTER 26
#define ATTACH_BPF 50             /* and 51, SO_ATTACH_REUSEPORT_CBPF */
#define ATTACH_REUSEPORT_EBPF 52
#define UPPER_PROTOCOL 31

const struct catalog_group catalog_group_table[] = {
	GROUP("process-basics", "run at all: memory, time, signals' handlers, its own ids and threads' locks",
		CALL(exit), CALL(exit_group), CALL(brk), CALL(mmap), CALL(munmap), CALL(mprotect),
		CALL(mremap), CALL(madvise), CALL(futex), CALL(rt_sigaction), CALL(rt_sigprocmask),
		CALL(rt_sigreturn), CALL(restart_syscall), CALL(getpid),
		CALL(gettid), CALL(getppid), CALL(getuid), CALL(geteuid), CALL(getgid),
		CALL(getegid), CALL(uname), CALL(arch_prctl), CALL(set_tid_address),
		CALL(set_robust_list), CALL(rseq), CALL(prlimit64), CALL(getrandom),
		CALL(sched_yield), CALL(sched_getaffinity), CALL(clock_gettime),
		CALL(clock_getres), CALL(clock_nanosleep), CALL(gettimeofday), CALL(time),
		CALL(tgkill),
		WHEN(prctl, IS(0, PR_SET_NAME)), WHEN(prctl, IS(0, PR_GET_NAME)),
		WHEN(prctl, IS(0, PR_GET_DUMPABLE)), WHEN(prctl, IS(0, NAME_MAPPING)),
		WHEN(prctl, IS(0, PR_SET_NO_NEW_PRIVS)), WHEN(prctl, IS(0, PR_GET_NO_NEW_PRIVS)),
		WHEN(prctl, IS(0, PR_GET_SECCOMP)), WHEN(prctl, IS(0, PR_CAPBSET_READ)),
		WHEN(prctl, IS(0, PR_SET_THP_DISABLE)), WHEN(prctl, IS(0, PR_GET_THP_DISABLE))),
	GROUP("descriptors", "use files, pipes and sockets that are already open",
		CALL(read), CALL(write), CALL(readv), CALL(writev), CALL(close), CALL(close_range),
		CALL(lseek), CALL(fcntl), CALL(dup), CALL(dup2), CALL(dup3), CALL(fstat),
		WHEN(ioctl, IS(1, FIONREAD)), WHEN(ioctl, IS(1, FIONBIO)),
		WHEN(ioctl, IS(1, FIOCLEX)), WHEN(ioctl, IS(1, FIONCLEX)),
		WHEN(ioctl, IS(1, FIOASYNC)), WHEN(ioctl, IS(1, TERMINAL_GET)),
		WHEN(ioctl, IS(1, TERMINAL_GET2)), WHEN(ioctl, IS(1, TIOCGWINSZ)),
		WHEN(ioctl, IS(1, TIOCOUTQ))),
	GROUP("file-reading", "open files, look at them and list folders",
		CALL(openat), CALL(newfstatat), CALL(statx), CALL(access), CALL(faccessat2),
		CALL(readlink), CALL(getdents64), CALL(pread64)),
	GROUP("older-names", "what the groups above do, as static programs and other libraries than glibc ask for it",
		CALL(open), CALL(stat), CALL(lstat), CALL(faccessat), CALL(readlinkat),
		CALL(nanosleep), CALL(pipe), CALL(select), CALL(utime), CALL(utimes),
		CALL(futimesat), CALL(getrlimit), CALL(setrlimit)),
	GROUP("working-folder", "know and change its working folder",
		CALL(getcwd), CALL(chdir), CALL(fchdir)),
	GROUP("file-system-facts", "ask how full a file system is",
		CALL(statfs), CALL(fstatfs)),
	GROUP("file-writing", "write at a place in a file, resize it and bring it to the disk",
		CALL(creat), CALL(pwrite64), CALL(pwritev), CALL(pwritev2), CALL(truncate),
		CALL(ftruncate), CALL(fallocate), CALL(fsync), CALL(fdatasync), CALL(umask)),
	GROUP("file-flushing", "start or await the writing of parts of a file",
		CALL(sync_file_range), CALL(msync), CALL(syncfs)),
	GROUP("file-sending", "move bytes between descriptors inside the kernel",
		CALL(sendfile), CALL(copy_file_range), CALL(splice), CALL(tee)),
	GROUP("folder-changes", "make, rename and remove files and folders",
		CALL(mkdir), CALL(mkdirat), CALL(rmdir), CALL(rename), CALL(renameat),
		CALL(renameat2), CALL(unlink), CALL(unlinkat)),
	GROUP("file-links", "make hard and symbolic links",
		CALL(link), CALL(linkat), CALL(symlink), CALL(symlinkat)),
	GROUP("file-modes", "change permissions, never the set-id bits",
		CALL(chmod), CALL(fchmod), CALL(fchmodat), CALL(fchmodat2)),
	GROUP("file-owners", "give files to its other users and groups",
		CALL(chown), CALL(fchown), CALL(lchown), CALL(fchownat)),
	GROUP("file-times", "set the times of files",
		CALL(utime), CALL(utimes), CALL(futimesat), CALL(utimensat)),
	GROUP("file-locks", "lock whole files", CALL(flock)),
	GROUP("file-watching", "be told of changes to files",
		CALL(inotify_init), CALL(inotify_init1), CALL(inotify_add_watch),
		CALL(inotify_rm_watch)),
	GROUP("extended-attributes", "read extended attributes of files",
		CALL(getxattr), CALL(lgetxattr), CALL(fgetxattr), CALL(listxattr),
		CALL(llistxattr), CALL(flistxattr)),
	GROUP("special-files", "make named pipes and socket files, never devices or set-id files",
		WHEN(mknod, MASKED(1, S_IFMT, S_IFIFO)), WHEN(mknod, MASKED(1, S_IFMT, S_IFSOCK)),
		WHEN(mknodat, MASKED(2, S_IFMT, S_IFIFO)),
		WHEN(mknodat, MASKED(2, S_IFMT, S_IFSOCK))),
	GROUP("threads", "start threads of its own",
		WHEN(clone, MASKED(0, CLONE_THREAD, CLONE_THREAD))),
	GROUP("process-creation", "start processes of its own, in no new namespace",
		WHEN(clone, MASKED(0, CLONE_THREAD, 0)), CALL(fork), CALL(vfork), CALL(wait4),
		CALL(waitid)),
	GROUP("child-processes", "start processes of its own as glibc does, in no new namespace, and await them",
		WHEN(clone, MASKED(0, CLONE_THREAD, 0)), CALL(wait4)),
	GROUP("process-waiting", "wait for processes", CALL(wait4), CALL(waitid)),
	GROUP("process-descriptors", "hold its processes by descriptor",
		CALL(pidfd_open), CALL(pidfd_send_signal)),
	GROUP("program-execution", "execute the declared programs", CALL(execve), CALL(execveat)),
	GROUP("executable-memory", "make memory executable, as just-in-time compilers do",
		WHEN(mprotect, MASKED(2, PROT_EXEC, PROT_EXEC)),
		WHEN(pkey_mprotect, MASKED(2, PROT_EXEC, PROT_EXEC))),
	GROUP("memory-keys", "protect parts of its memory by keys",
		CALL(pkey_alloc), CALL(pkey_free), CALL(pkey_mprotect)),
	GROUP("memory-locking", "keep memory from being swapped out",
		CALL(mlock), CALL(mlock2), CALL(munlock), CALL(mlockall), CALL(munlockall)),
	GROUP("memory-facts", "ask which of its memory is resident", CALL(mincore)),
	GROUP("memory-barriers", "order memory accesses among threads", CALL(membarrier)),
	GROUP("memory-placement", "choose memory nodes",
		CALL(get_mempolicy), CALL(set_mempolicy), CALL(mbind), CALL(getcpu)),
	GROUP("memory-files", "make nameless files in memory", CALL(memfd_create)),
	GROUP("shared-memory", "share memory among its processes (System V)",
		CALL(shmget), CALL(shmat), CALL(shmdt), CALL(shmctl)),
	GROUP("semaphores", "share semaphores among its processes (System V)",
		CALL(semget), CALL(semop), CALL(semtimedop), CALL(semctl)),
	GROUP("signals", "send signals to its own processes and await them",
		CALL(kill), CALL(tkill), CALL(rt_sigsuspend), CALL(rt_sigtimedwait),
		CALL(rt_sigpending), CALL(rt_sigqueueinfo), CALL(pause)),
	GROUP("signal-stacks", "handle signals on a stack of their own", CALL(sigaltstack)),
	GROUP("signal-descriptors", "read signals from a descriptor",
		CALL(signalfd), CALL(signalfd4)),
	GROUP("timers", "be woken by timers",
		CALL(alarm), CALL(getitimer), CALL(setitimer), CALL(timer_create),
		CALL(timer_settime), CALL(timer_gettime), CALL(timer_getoverrun),
		CALL(timer_delete)),
	GROUP("timer-descriptors", "read timers from a descriptor",
		CALL(timerfd_create), CALL(timerfd_settime), CALL(timerfd_gettime)),
	GROUP("polling", "wait for several descriptors at once",
		CALL(poll), CALL(ppoll), CALL(select), CALL(pselect6), CALL(epoll_create),
		CALL(epoll_create1), CALL(epoll_ctl), CALL(epoll_wait), CALL(epoll_pwait)),
	GROUP("event-descriptors", "wake its threads by a descriptor",
		CALL(eventfd), CALL(eventfd2)),
	GROUP("pipes", "make pipes", CALL(pipe), CALL(pipe2)),
	GROUP("socket-pairs", "make pairs of connected sockets inside itself",
		WHEN(socketpair, IS(0, AF_UNIX), IS(2, 0))),
	GROUP("inet-stream-sockets", "make TCP sockets, no other protocol",
		WHEN(socket, INTERNET, MASKED(1, SOCKET_TYPE, SOCK_STREAM), IS(2, 0)),
		WHEN(socket, INTERNET, MASKED(1, SOCKET_TYPE, SOCK_STREAM),
			IS(2, IPPROTO_TCP))),
	GROUP("inet-datagram-sockets", "make UDP sockets, no other protocol",
		WHEN(socket, INTERNET, MASKED(1, SOCKET_TYPE, SOCK_DGRAM), IS(2, 0)),
		WHEN(socket, INTERNET, MASKED(1, SOCKET_TYPE, SOCK_DGRAM),
			IS(2, IPPROTO_UDP))),
	GROUP("unix-sockets", "make sockets of this machine",
		WHEN(socket, IS(0, AF_UNIX), IS(2, 0))),
	GROUP("route-netlink", "ask which addresses and interfaces it has",
		WHEN(socket, IS(0, AF_NETLINK), IS(2, 0))),
	GROUP("network-client", "open connections to declared peers", CALL(connect)),
	GROUP("network-server", "accept connections where it listens",
		CALL(bind), CALL(listen), CALL(accept), CALL(accept4)),
	GROUP("socket-exchange", "send and receive on its sockets and set their harmless options",
		CALL(sendto), CALL(recvfrom), CALL(sendmsg), CALL(recvmsg), CALL(shutdown),
		CALL(getsockname), CALL(getpeername), CALL(getsockopt),
		WHEN(setsockopt, NOT(1, SOL_SOCKET), NOT(1, IPPROTO_TCP)),
		WHEN(setsockopt, IS(1, SOL_SOCKET), NOT(2, ATTACH_FILTER),
			{.argument = 2, .differs = true, .mask = ANY_BIT_BUT(1), .value = ATTACH_BPF},
			NOT(2, ATTACH_REUSEPORT_EBPF)),
		WHEN(setsockopt, IS(1, IPPROTO_TCP), NOT(2, UPPER_PROTOCOL))),
	GROUP("readiness-notice", "say that it is ready, as sd_notify does",
		WHEN(socket, IS(0, AF_UNIX), MASKED(1, SOCKET_TYPE, SOCK_DGRAM), IS(2, 0)),
		CALL(connect), CALL(sendto), CALL(sendmsg)),
	GROUP("datagram-batches", "send and receive several datagrams at once",
		CALL(sendmmsg), CALL(recvmmsg)),
	GROUP("identity-facts", "ask for its users, groups, session and capabilities",
		CALL(getresuid), CALL(getresgid), CALL(getgroups), CALL(getpgrp), CALL(getpgid),
		CALL(getsid), CALL(capget)),
	GROUP("identity-changes", "become one of its declared users and groups",
		CALL(setuid), CALL(setgid), CALL(setreuid), CALL(setregid), CALL(setresuid),
		CALL(setresgid), CALL(setgroups), CALL(setfsuid), CALL(setfsgid)),
	GROUP("sessions", "make sessions and process groups", CALL(setsid), CALL(setpgid)),
	GROUP("parent-death", "die with its parent process",
		WHEN(prctl, IS(0, PR_SET_PDEATHSIG)), WHEN(prctl, IS(0, PR_GET_PDEATHSIG))),
	GROUP("dumping", "decide whether its memory may be dumped",
		WHEN(prctl, IS(0, PR_SET_DUMPABLE))),
	GROUP("resource-usage", "ask what it has used",
		CALL(getrusage), CALL(times), CALL(getrlimit), CALL(sysinfo)),
	GROUP("resource-limits", "lower its own limits", CALL(setrlimit)),
	GROUP("scheduling", "change its own priority and processors",
		CALL(getpriority), CALL(setpriority), CALL(sched_setaffinity),
		CALL(sched_getparam), CALL(sched_setparam), CALL(sched_getscheduler),
		CALL(sched_setscheduler), CALL(sched_get_priority_max),
		CALL(sched_get_priority_min)),
	GROUP("asynchronous-io", "read and write files in the background (libaio)",
		CALL(io_setup), CALL(io_destroy), CALL(io_submit), CALL(io_cancel),
		CALL(io_getevents), CALL(io_pgetevents)),
	GROUP("execution-domain", "ask for its execution domain and leave it as it is",
		WHEN(personality, IS(0, 0xffffffff)), WHEN(personality, IS(0, 0))),
};
/* clang-format on */

const size_t catalog_group_table_count =
	sizeof(catalog_group_table) / sizeof(catalog_group_table[0]);
