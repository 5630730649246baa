/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attempts: using privilege. */
#include <linux/capability.h>
#include <net/if.h>
#include <sched.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "drill/call.h"

static int become_root(struct drill_context *context)
{
	return drill_done(drill_call(context, SYS_setuid, 0));
}

static int become_root_by_all(struct drill_context *context)
{
	return drill_done(drill_call(context, SYS_setresuid, 0, 0, 0));
}

static int become_root_group(struct drill_context *context)
{
	return drill_done(drill_call(context, SYS_setgid, 0));
}

static int join_root_group(struct drill_context *context)
{
	unsigned group = 0;

	return drill_done(drill_call(context, SYS_setgroups, 1UL, &group));
}

static int hold_capability(struct drill_context *context)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {0};
	/* Not to be told is not the same as not to hold: its status tells (hold-effective). */
	if (drill_call(context, SYS_capget, &header, data) < 0)
		return DRILL_NOT_APPLICABLE;
	unsigned long declared = drill_number(context->first);
	data[0].permitted &= ~(unsigned)declared;
	data[1].permitted &= ~(unsigned)(declared >> 32);
	return data[0].permitted || data[1].permitted ? 0 : -EPERM;
}

/* What stands behind @name in its own status; 0, or that it could not look. */
static int read_status(
	struct drill_context *context, const char *name, char text[static 4096], const char **value)
{
	long fd = drill_call(
		context, SYS_openat, AT_FDCWD, "/proc/self/status", O_RDONLY | O_CLOEXEC, 0);

	if (fd < 0)
		return DRILL_NOT_APPLICABLE;
	long length = drill_call(context, SYS_read, (int)fd, text, 4095UL);
	syscall(SYS_close, (int)fd);
	if (length < 0)
		return DRILL_NOT_APPLICABLE;
	text[length] = '\0';
	const char *at = strstr(text, name);
	if (!at)
		return DRILL_NOT_APPLICABLE;
	*value = at + strlen(name);
	return 0;
}

/* The set of capabilities called @name, but for the declared ones. */
static int hold_set(struct drill_context *context, const char *name)
{
	char text[4096];
	const char *at;
	unsigned long set = 0;
	int error = read_status(context, name, text, &at);

	if (error)
		return error;
	for (; (*at >= '0' && *at <= '9') || (*at >= 'a' && *at <= 'f'); at++)
		set = set << 4 | (unsigned long)(*at <= '9' ? *at - '0' : *at - 'a' + 10);
	return set & ~drill_number(context->first) ? 0 : -EPERM;
}

/* What it is, not what it asks for: a launch that forgets to change users is seen here. */
static int be_another_user(struct drill_context *context)
{
	unsigned long user = (unsigned long)drill_call(context, SYS_geteuid);

	return user == drill_number(context->first) ? -EPERM : 0;
}

static int be_in_another_group(struct drill_context *context)
{
	unsigned long group = (unsigned long)drill_call(context, SYS_getegid);

	return group == drill_number(context->second) ? -EPERM : 0;
}

/* The real, saved or file system's user: a way back to what it was before. */
static int keep_another_user(struct drill_context *context)
{
	char text[4096];
	const char *at;
	int error = read_status(context, "Uid:", text, &at);

	for (unsigned i = 0; i < 4 && !error; i++) {
		at++; /* the tabulator */
		if (drill_number(at) != drill_number(context->first))
			return 0;
		while (*at >= '0' && *at <= '9')
			at++;
	}
	return error ? error : -EPERM;
}

static int hold_effective(struct drill_context *context)
{
	return hold_set(context, "CapEff:\t");
}

static int hold_bounding(struct drill_context *context)
{
	return hold_set(context, "CapBnd:\t");
}

/* Opening without setting the time of access takes the owner, or CAP_FOWNER. */
static int leave_no_trace(struct drill_context *context)
{
	return drill_open(context, "/etc/passwd", O_RDONLY | O_NOATIME);
}

static int raise_capability(struct drill_context *context)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {
		{.effective = 1U << CAP_NET_ADMIN, .permitted = 1U << CAP_NET_ADMIN}};

	return drill_done(drill_call(context, SYS_capset, &header, data));
}

static int forgive_itself(struct drill_context *context)
{
	return drill_done(drill_call(context, SYS_prctl, PR_SET_SECUREBITS, 0UL, 0UL, 0UL, 0UL));
}

static int give_away_file(struct drill_context *context)
{
	char path[256];

	drill_path(path, context->first, "owned");
	int fd = drill_file(context, path, "", 0, 0600);
	if (fd < 0)
		return fd;
	long changed = drill_call(context, SYS_fchown, fd, 0, 0);
	syscall(SYS_close, fd);
	drill_remove(path);
	return drill_done(changed);
}

/* A program that has a privilege of its own (CAP_SETUID here), left for the host to run. */
static int give_file_privilege(struct drill_context *context)
{
	const struct vfs_cap_data privilege = {
		.magic_etc = VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE,
		.data = {{.permitted = 1U << CAP_SETUID}}};
	char path[256];

	drill_path(path, context->first, "privileged");
	int fd = drill_file(context, path, "", 0, 0700);
	if (fd < 0)
		return fd;
	long given = drill_call(context, SYS_fsetxattr, fd, "security.capability", &privilege,
		sizeof(privilege), 0);
	syscall(SYS_close, fd);
	drill_remove(path);
	return drill_done(given);
}

static int name_host(struct drill_context *context)
{
	size_t length = 0;

	while (context->first[length])
		length++;
	return drill_done(drill_call(context, SYS_sethostname, context->first, length));
}

/* With nothing to set: the kernel asks for the privilege all the same. */
static int set_clock(struct drill_context *context)
{
	return drill_done(drill_call(context, SYS_settimeofday, NULL, NULL));
}

static int go_first(struct drill_context *context)
{
	return drill_done(drill_call(context, SYS_setpriority, PRIO_PROCESS, 0, -5));
}

static int run_in_real_time(struct drill_context *context)
{
	struct sched_param parameters = {.sched_priority = 1};

	return drill_done(drill_call(context, SYS_sched_setscheduler, 0, SCHED_FIFO, &parameters));
}

static int restart_machine(struct drill_context *context)
{
	return drill_reached(drill_call(context, SYS_reboot, 1, 2, 3, NULL), EINVAL);
}

static int configure_link(struct drill_context *context)
{
	struct ifreq request = {.ifr_name = "lo"};
	long fd = drill_call(context, SYS_socket, AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return (int)fd;
	long result = drill_call(context, SYS_ioctl, (int)fd, SIOCGIFFLAGS, &request);
	if (result == 0)
		result = drill_call(context, SYS_ioctl, (int)fd, SIOCSIFFLAGS, &request);
	syscall(SYS_close, (int)fd);
	return drill_done(result);
}

const struct drill_attempt drill_capabilities[] = {
	{"become-root", "become root", DRILL_NOTHING, DRILL_PRIVILEGE, LAYER_CAPABILITIES, false,
		become_root},
	{"become-root-by-all", "become root with all three ids", DRILL_NOTHING, DRILL_PRIVILEGE,
		LAYER_CAPABILITIES, false, become_root_by_all},
	{"become-root-group", "take root's group", DRILL_NOTHING, DRILL_PRIVILEGE,
		LAYER_CAPABILITIES, false, become_root_group},
	{"join-root-group", "add root's group to its groups", DRILL_FIXED_GROUPS, DRILL_PRIVILEGE,
		LAYER_CAPABILITIES, false, join_root_group},
	{"hold-capability", "hold a capability that it does not declare",
		DRILL_DECLARED_CAPABILITIES, DRILL_INSIDE, LAYER_CAPABILITIES, false,
		hold_capability},
	{"hold-effective", "find an undeclared capability in its status",
		DRILL_DECLARED_CAPABILITIES, DRILL_INSIDE, LAYER_CAPABILITIES, false,
		hold_effective},
	{"hold-bounding", "find one that it could get by a program", DRILL_DECLARED_CAPABILITIES,
		DRILL_INSIDE, LAYER_CAPABILITIES, false, hold_bounding},
	{"leave-no-trace", "open a file of root's without leaving a trace", DRILL_NOTHING,
		DRILL_PRIVILEGE, LAYER_CAPABILITIES, false, leave_no_trace},
	{"be-another-user", "run with another user than the declared one", DRILL_OWN_USER,
		DRILL_INSIDE, LAYER_IDENTITY, false, be_another_user},
	{"keep-another-user", "keep another user to go back to", DRILL_OWN_USER, DRILL_INSIDE,
		LAYER_IDENTITY, false, keep_another_user},
	{"be-in-another-group", "run with another group than the declared one", DRILL_OWN_USER,
		DRILL_INSIDE, LAYER_IDENTITY, false, be_in_another_group},
	{"raise-capability", "give itself a capability", DRILL_NOTHING, DRILL_PRIVILEGE,
		LAYER_CAPABILITIES, false, raise_capability},
	{"forgive-itself", "unlock its secure bits", DRILL_NOTHING, DRILL_PRIVILEGE,
		LAYER_CAPABILITIES, false, forgive_itself},
	{"give-away-file", "give a file of its own to root", DRILL_FOLDER, DRILL_PRIVILEGE,
		LAYER_CAPABILITIES, false, give_away_file},
	{"give-file-privilege", "give a file of its own a capability", DRILL_FOLDER,
		DRILL_PRIVILEGE, LAYER_CAPABILITIES, false, give_file_privilege},
	{"name-host", "name the host", DRILL_HOST_NAME, DRILL_PRIVILEGE, LAYER_CAPABILITIES, false,
		name_host},
	{"set-clock", "set the clock", DRILL_NOTHING, DRILL_PRIVILEGE, LAYER_CAPABILITIES, false,
		set_clock},
	{"go-first", "raise its priority", DRILL_NOTHING, DRILL_PRIVILEGE, LAYER_CAPABILITIES,
		false, go_first},
	{"run-in-real-time", "run in real time", DRILL_NOTHING, DRILL_PRIVILEGE, LAYER_CAPABILITIES,
		false, run_in_real_time},
	{"restart-machine", "reach the call that restarts the machine", DRILL_NOTHING,
		DRILL_PRIVILEGE, LAYER_CAPABILITIES, false, restart_machine},
	{"configure-link", "configure a network interface", DRILL_NOTHING, DRILL_PRIVILEGE,
		LAYER_CAPABILITIES, false, configure_link},
};
DRILL_COUNT(capabilities);
