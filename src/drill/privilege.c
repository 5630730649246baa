/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drill/privilege.h"

#include <linux/audit.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/netlink.h>
#include <linux/perf_event.h>
#include <netinet/in.h>
#include <sched.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <time.h>

#include "drill/call.h"

enum { PAGE = 4096 };

/* Each has a name of its own: a filter may let files be made and not removed. */
static void name_file(struct drill_context *context, char path[static 256])
{
	drill_path(path, context->first, context->second);
	drill_remove(path);
}

/* A file of its own in the folder given, already without its name where that may be. */
static int own_file(struct drill_context *context, unsigned mode)
{
	char path[256];

	name_file(context, path);
	int fd = drill_file(context, path, "", 0, mode);
	if (fd >= 0)
		drill_remove(path);
	return fd;
}

static int close_after(struct drill_context *context, int fd, long result)
{
	(void)context;
	syscall(SYS_close, fd);
	return drill_done(result);
}

static int try_chown(struct drill_context *context)
{
	int fd = own_file(context, 0600);

	return fd < 0 ? fd : close_after(context, fd, drill_call(context, SYS_fchown, fd, 0, 0));
}

/* Its own file, which it has closed to itself. */
static int open_closed(struct drill_context *context, int flags)
{
	char path[256];

	name_file(context, path);
	int fd = drill_file(context, path, "", 0, 0);
	if (fd < 0)
		return fd;
	syscall(SYS_close, fd);
	long opened = drill_call(context, SYS_openat, AT_FDCWD, path, flags | O_CLOEXEC, 0);
	drill_remove(path);
	if (opened >= 0)
		syscall(SYS_close, (int)opened);
	return drill_done(opened);
}

static int try_dac_override(struct drill_context *context)
{
	return open_closed(context, O_RDWR);
}

static int try_dac_read(struct drill_context *context)
{
	return open_closed(context, O_RDONLY);
}

static int try_fowner(struct drill_context *context)
{
	return drill_open(context, "/etc/passwd", O_RDONLY | O_NOATIME);
}

static int try_kill(struct drill_context *context)
{
	return drill_done(drill_call(context, SYS_kill, 1, 0));
}

static int try_setgid(struct drill_context *context)
{
	return drill_done(drill_call(context, SYS_setregid, 0, 0));
}

static int try_setuid(struct drill_context *context)
{
	return drill_done(drill_call(context, SYS_setreuid, 0, 0));
}

static int try_setpcap(struct drill_context *context)
{
	return drill_done(drill_call(context, SYS_prctl, PR_CAPBSET_DROP, 0UL, 0UL, 0UL, 0UL));
}

/* Of a file in memory, which goes with the process. */
static int try_immutable(struct drill_context *context)
{
	int flags = FS_APPEND_FL;
	long fd = drill_call(context, SYS_memfd_create, "drill", MFD_CLOEXEC);

	if (fd < 0)
		return (int)fd;
	return close_after(
		context, (int)fd, drill_call(context, SYS_ioctl, (int)fd, FS_IOC_SETFLAGS, &flags));
}

static int try_low_port(struct drill_context *context)
{
	const struct sockaddr_in at = {.sin_family = AF_INET,
		.sin_port = htons(1),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	long fd = drill_call(context, SYS_socket, AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return (int)fd;
	return close_after(
		context, (int)fd, drill_call(context, SYS_bind, (int)fd, &at, sizeof(at)));
}

static int try_raw(struct drill_context *context)
{
	long fd = drill_call(context, SYS_socket, AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);

	return fd < 0 ? (int)fd : close_after(context, (int)fd, 0);
}

/* To where its queues are: the kernel asks before it looks for the link. */
static int try_net_admin(struct drill_context *context)
{
	int mark = 1;
	long fd = drill_call(context, SYS_socket, AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return (int)fd;
	return close_after(context, (int)fd,
		drill_call(context, SYS_setsockopt, (int)fd, SOL_SOCKET, SO_MARK, &mark,
			sizeof(mark)));
}

static int try_lock(struct drill_context *context)
{
	const struct rlimit none = {0, 0};
	long at =
		syscall(SYS_mmap, 0UL, (long)PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0UL);

	syscall(SYS_prlimit64, 0, RLIMIT_MEMLOCK, &none, NULL);
	return drill_done(drill_call(context, SYS_mlock, at, (long)PAGE));
}

/* Memory that it has closed to itself. */
static int try_ipc_owner(struct drill_context *context)
{
	long segment = drill_call(context, SYS_shmget, IPC_PRIVATE, (long)PAGE, IPC_CREAT);

	if (segment < 0)
		return (int)segment;
	long at = drill_call(context, SYS_shmat, (int)segment, NULL, SHM_RDONLY);
	syscall(SYS_shmctl, (int)segment, IPC_RMID, NULL);
	return drill_done(at);
}

static int try_module(struct drill_context *context)
{
	return drill_reached(drill_call(context, SYS_delete_module, NULL, 0U), EFAULT);
}

#ifdef __x86_64__
static int try_ports(struct drill_context *context)
{
	return drill_done(drill_call(context, SYS_ioperm, 0x80UL, 1UL, 1));
}
#else
static int try_ports(struct drill_context *context)
{
	(void)context;
	return DRILL_NOT_APPLICABLE;
}
#endif

static int try_chroot(struct drill_context *context)
{
	return drill_done(drill_call(context, SYS_chroot, "/"));
}

static int try_trace(struct drill_context *context)
{
	return drill_done(drill_call(context, SYS_kcmp, 1, 1, 1 /* memory */, 0UL, 0UL));
}

static int try_account(struct drill_context *context)
{
	return drill_reached(drill_call(context, SYS_acct, "/bulkhead-drill-none"), ENOENT);
}

static int try_admin(struct drill_context *context)
{
	struct utsname names;
	size_t length = 0;

	syscall(SYS_uname, &names);
	while (names.nodename[length])
		length++;
	return drill_done(drill_call(context, SYS_sethostname, names.nodename, length));
}

static int try_boot(struct drill_context *context)
{
	return drill_reached(drill_call(context, SYS_reboot, 1, 2, 3, NULL), EINVAL);
}

static int try_nice(struct drill_context *context)
{
	return drill_done(drill_call(context, SYS_setpriority, PRIO_PROCESS, 0, -1));
}

static int try_resource(struct drill_context *context)
{
	const struct rlimit more = {1UL << 30, 1UL << 30};

	return drill_done(drill_call(context, SYS_prlimit64, 0, RLIMIT_MSGQUEUE, &more, NULL));
}

static int try_time(struct drill_context *context)
{
	return drill_done(drill_call(context, SYS_settimeofday, NULL, NULL));
}

static int try_device(struct drill_context *context)
{
	char path[256];

	name_file(context, path);
	long made =
		drill_call(context, SYS_mknodat, AT_FDCWD, path, S_IFCHR | 0600U, makedev(1, 3));
	if (made >= 0)
		drill_remove(path);
	return drill_done(made);
}

static int try_lease(struct drill_context *context)
{
	long fd = drill_call(context, SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY | O_CLOEXEC, 0);

	if (fd < 0)
		return (int)fd;
	return close_after(
		context, (int)fd, drill_call(context, SYS_fcntl, (int)fd, F_SETLEASE, F_RDLCK));
}

/* To be told how audit stands. */
static int try_audit(struct drill_context *context)
{
	const struct nlmsghdr question = {.nlmsg_len = sizeof(question),
		.nlmsg_type = AUDIT_GET,
		.nlmsg_flags = NLM_F_REQUEST};
	struct {
		struct nlmsghdr header;
		int error;
		char rest[256];
	} answer = {.error = -EPROTO};
	long fd =
		drill_call(context, SYS_socket, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_AUDIT);

	if (fd < 0)
		return (int)fd;
	long result =
		drill_call(context, SYS_sendto, (int)fd, &question, sizeof(question), 0, NULL, 0);
	if (result >= 0)
		result = drill_call(
			context, SYS_recvfrom, (int)fd, &answer, sizeof(answer), 0, NULL, NULL);
	/* It hears nobody of another user namespace. */
	if (result == -ECONNREFUSED)
		context->layer = LAYER_IDENTITY;
	if (result >= 0 && answer.header.nlmsg_type == NLMSG_ERROR)
		result = answer.error;
	return close_after(context, (int)fd, result);
}

static int try_file_privilege(struct drill_context *context)
{
	const struct vfs_cap_data none = {.magic_etc = VFS_CAP_REVISION_2};
	int fd = own_file(context, 0600);

	if (fd < 0)
		return fd;
	return close_after(context, fd,
		drill_call(
			context, SYS_fsetxattr, fd, "security.capability", &none, sizeof(none), 0));
}

/* A level of messages that there is not. */
static int try_log(struct drill_context *context)
{
	return drill_reached(drill_call(context, SYS_syslog, 8, NULL, 99), EINVAL);
}

static int try_alarm(struct drill_context *context)
{
	int timer;

	return drill_done(
		drill_call(context, SYS_timer_create, CLOCK_REALTIME_ALARM, NULL, &timer));
}

static int try_performance(struct drill_context *context)
{
	struct perf_event_attr attributes = {.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attributes),
		.config = PERF_COUNT_SW_CPU_CLOCK};
	long fd = drill_call(context, SYS_perf_event_open, &attributes, -1, 0, -1, 0UL);

	return fd < 0 ? (int)fd : close_after(context, (int)fd, 0);
}

static int try_bpf(struct drill_context *context)
{
	union bpf_attr attributes = {
		.map_type = BPF_MAP_TYPE_HASH, .key_size = 4, .value_size = 4, .max_entries = 1};
	long fd = drill_call(context, SYS_bpf, BPF_MAP_CREATE, &attributes, sizeof(attributes));

	return fd < 0 ? (int)fd : close_after(context, (int)fd, 0);
}

/*
 * Not shown: FSETID, SYS_TTY_CONFIG, AUDIT_WRITE, AUDIT_READ and BLOCK_SUSPEND would change
 * something on the host; NET_BROADCAST is asked for nowhere, MAC_* by modules that are rarely
 * there, CHECKPOINT_RESTORE by what others are asked for too.
 */
static drill_privilege_try *const tries[] = {
	[CAP_CHOWN] = try_chown,
	[CAP_DAC_OVERRIDE] = try_dac_override,
	[CAP_DAC_READ_SEARCH] = try_dac_read,
	[CAP_FOWNER] = try_fowner,
	[CAP_KILL] = try_kill,
	[CAP_SETGID] = try_setgid,
	[CAP_SETUID] = try_setuid,
	[CAP_SETPCAP] = try_setpcap,
	[CAP_LINUX_IMMUTABLE] = try_immutable,
	[CAP_NET_BIND_SERVICE] = try_low_port,
	[CAP_NET_ADMIN] = try_net_admin,
	[CAP_NET_RAW] = try_raw,
	[CAP_IPC_LOCK] = try_lock,
	[CAP_IPC_OWNER] = try_ipc_owner,
	[CAP_SYS_MODULE] = try_module,
	[CAP_SYS_RAWIO] = try_ports,
	[CAP_SYS_CHROOT] = try_chroot,
	[CAP_SYS_PTRACE] = try_trace,
	[CAP_SYS_PACCT] = try_account,
	[CAP_SYS_ADMIN] = try_admin,
	[CAP_SYS_BOOT] = try_boot,
	[CAP_SYS_NICE] = try_nice,
	[CAP_SYS_RESOURCE] = try_resource,
	[CAP_SYS_TIME] = try_time,
	[CAP_MKNOD] = try_device,
	[CAP_LEASE] = try_lease,
	[CAP_AUDIT_CONTROL] = try_audit,
	[CAP_SETFCAP] = try_file_privilege,
	[CAP_SYSLOG] = try_log,
	[CAP_WAKE_ALARM] = try_alarm,
	[CAP_PERFMON] = try_performance,
	[CAP_BPF] = try_bpf,
};

drill_privilege_try *drill_privilege(unsigned capability)
{
	return capability < sizeof(tries) / sizeof(tries[0]) ? tries[capability] : NULL;
}
