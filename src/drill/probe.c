/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drill/probe.h"

#include <errno.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/* No descriptor, no number of anything. */
#define NONE ((uint64_t)-1)
/* A name that stands in no folder that it is looked for in. */
#define NAME ((uint64_t)(uintptr_t) "bulkhead-drill-none")
#define PROBE(group, call, error, ...)                                                             \
	{                                                                                          \
		group, SYS_##call, {__VA_ARGS__}, error                                            \
	}

const struct drill_probe drill_probes[] = {
	PROBE("working-folder", fchdir, EBADF, NONE),
	PROBE("working-folder", getcwd, ERANGE, 0, 0),
	PROBE("file-system-facts", fstatfs, EBADF, NONE),
	PROBE("file-writing", fallocate, EBADF, NONE, 0, 0, 1),
	PROBE("file-writing", fdatasync, EBADF, NONE),
	PROBE("file-writing", pwrite64, EBADF, NONE),
	PROBE("file-flushing", syncfs, EBADF, NONE),
	PROBE("file-flushing", sync_file_range, EBADF, NONE),
	PROBE("file-sending", tee, EBADF, NONE, NONE, 1),
	PROBE("file-sending", splice, EBADF, NONE, 0, NONE, 0, 1),
	PROBE("file-sending", copy_file_range, EBADF, NONE, 0, NONE, 0, 1),
	PROBE("folder-changes", mkdirat, EBADF, NONE, NAME),
	PROBE("folder-changes", renameat2, EBADF, NONE, NAME, NONE, NAME),
	PROBE("folder-changes", unlinkat, EBADF, NONE, NAME),
	PROBE("file-links", symlinkat, EBADF, NAME, NONE, NAME),
	PROBE("file-links", linkat, EBADF, NONE, NAME, NONE, NAME),
	PROBE("file-modes", fchmodat, EBADF, NONE, NAME),
	PROBE("file-modes", fchmod, EBADF, NONE),
	PROBE("file-owners", fchownat, EBADF, NONE, NAME, NONE, NONE),
	PROBE("file-owners", fchown, EBADF, NONE, NONE, NONE),
	PROBE("file-times", utimensat, EBADF, NONE, NAME),
	PROBE("file-locks", flock, EBADF, NONE, LOCK_UN),
	PROBE("file-watching", inotify_init1, EINVAL, NONE),
	PROBE("file-watching", inotify_add_watch, EBADF, NONE, NAME, 1),
	PROBE("extended-attributes", fgetxattr, EBADF, NONE, NAME),
	PROBE("extended-attributes", flistxattr, EBADF, NONE),
	PROBE("special-files", mknodat, EBADF, NONE, NAME, S_IFIFO),
	PROBE("process-creation", clone, EINVAL, CLONE_SIGHAND | SIGCHLD),
	PROBE("process-waiting", wait4, ECHILD, NONE, 0, 1),
	PROBE("process-waiting", waitid, EINVAL, 99),
	PROBE("process-descriptors", pidfd_open, EINVAL, NONE),
	PROBE("process-descriptors", pidfd_send_signal, EBADF, NONE),
	PROBE("memory-keys", pkey_alloc, EINVAL, 1),
	PROBE("memory-keys", pkey_free, EINVAL, NONE),
	PROBE("memory-locking", munlock, 0, 0, 0),
	PROBE("memory-facts", mincore, EINVAL, 1, 1),
	PROBE("memory-barriers", membarrier, 0, 0),
	PROBE("memory-placement", get_mempolicy, EINVAL, 0, 0, 0, 0, 0xffff),
	PROBE("memory-placement", getcpu, 0, 0, 0),
	PROBE("memory-files", memfd_create, EFAULT, 0, 0),
	PROBE("shared-memory", shmctl, EINVAL, NONE, 2),
	PROBE("shared-memory", shmdt, EINVAL, 1),
	PROBE("semaphores", semctl, EINVAL, NONE),
	PROBE("semaphores", semget, EINVAL, 0, NONE),
	PROBE("signals", rt_sigpending, EINVAL, 0, 99),
	PROBE("signals", tkill, EINVAL, NONE),
	PROBE("signals", rt_sigqueueinfo, EFAULT, 0, 0, 0),
	PROBE("signal-stacks", sigaltstack, 0, 0, 0),
	PROBE("signal-descriptors", signalfd4, EINVAL, NONE, 0, 99),
	PROBE("timers", timer_delete, EINVAL, NONE),
	PROBE("timers", getitimer, EFAULT, 99, 0),
	PROBE("timer-descriptors", timerfd_create, EINVAL, 99),
	PROBE("timer-descriptors", timerfd_gettime, EBADF, NONE),
	PROBE("polling", epoll_ctl, EBADF, NONE, 2),
	PROBE("polling", epoll_create1, EINVAL, NONE),
	PROBE("polling", ppoll, EINVAL, 0, NONE),
	PROBE("event-descriptors", eventfd2, EINVAL, 0, NONE),
	PROBE("pipes", pipe2, EINVAL, 0, NONE),
	PROBE("socket-pairs", socketpair, EINVAL, AF_UNIX, 99),
	PROBE("inet-stream-sockets", socket, 0, AF_INET, SOCK_STREAM),
	PROBE("inet-datagram-sockets", socket, 0, AF_INET, SOCK_DGRAM),
	PROBE("unix-sockets", socket, 0, AF_UNIX, SOCK_STREAM),
	PROBE("route-netlink", socket, 0, AF_NETLINK, SOCK_RAW),
	PROBE("network-client", connect, EBADF, NONE),
	PROBE("network-server", accept4, EBADF, NONE),
	PROBE("network-server", listen, EBADF, NONE),
	PROBE("network-server", bind, EBADF, NONE),
	PROBE("socket-exchange", getpeername, EBADF, NONE),
	PROBE("socket-exchange", recvmsg, EBADF, NONE),
	PROBE("socket-exchange", shutdown, EBADF, NONE),
	PROBE("datagram-batches", recvmmsg, EBADF, NONE),
	PROBE("datagram-batches", sendmmsg, EBADF, NONE),
	PROBE("identity-facts", getgroups, 0, 0, 0),
	PROBE("identity-facts", getresuid, EFAULT),
	PROBE("identity-facts", getsid, 0, 0),
	PROBE("identity-changes", setfsuid, 0, NONE),
	PROBE("identity-changes", setfsgid, 0, NONE),
	PROBE("sessions", setpgid, EINVAL, 0, NONE),
	PROBE("parent-death", prctl, EFAULT, PR_GET_PDEATHSIG, 0),
	PROBE("dumping", prctl, EINVAL, PR_SET_DUMPABLE, 99),
	PROBE("resource-usage", times, 0, 0),
	PROBE("resource-usage", getrusage, EINVAL, 99),
	PROBE("resource-usage", sysinfo, EFAULT, 0),
	PROBE("resource-limits", setrlimit, EFAULT, 99, 0),
	PROBE("scheduling", sched_get_priority_max, 0, 0),
	PROBE("scheduling", setpriority, EINVAL, 99),
	PROBE("scheduling", getpriority, EINVAL, 99),
	PROBE("asynchronous-io", io_destroy, EINVAL, 0),
	PROBE("asynchronous-io", io_setup, EFAULT, 0, 0),
	PROBE("execution-domain", personality, 0, 0xffffffff),
};

const size_t drill_probe_count = sizeof(drill_probes) / sizeof(drill_probes[0]);
