/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statfs.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/descriptor.h"
#include "base/scoped.h"
#include "base/text.h"
#include "host/ids.h"
#include "host/name_servers.h"
#include "host/remembered.h"
#include "host/try.h"

static host_attempt *const attempts[HOST_FEATURE_COUNT] = {
	[HOST_USER_NAMESPACE] = host_try_user_namespace,
	[HOST_NAMESPACES] = host_try_namespaces,
	[HOST_NAMESPACE_LIMITS] = host_try_namespace_limits,
	[HOST_NEW_MOUNT_API] = host_try_new_mount_api,
	[HOST_IDMAPPED_MOUNTS] = host_try_idmapped_mounts,
	[HOST_OPENAT2] = host_try_openat2,
	[HOST_PIDFD] = host_try_pidfd,
	[HOST_CGROUP2] = host_try_cgroup2,
	[HOST_CGROUP_MEMORY] = host_try_cgroup_memory,
	[HOST_CGROUP_PIDS] = host_try_cgroup_pids,
	[HOST_CGROUP_CPU] = host_try_cgroup_cpu,
	[HOST_CGROUP_IO] = host_try_cgroup_io,
	[HOST_CGROUP_PORTS] = host_try_cgroup_ports,
	[HOST_SECCOMP] = host_try_seccomp,
	[HOST_SECCOMP_NOTIFY] = host_try_seccomp_notify,
	[HOST_LANDLOCK] = host_try_landlock,
	[HOST_LANDLOCK_TRUNCATE] = host_try_landlock_truncate,
	[HOST_LANDLOCK_NET] = host_try_landlock_net,
	[HOST_LANDLOCK_IOCTL] = host_try_landlock_ioctl,
	[HOST_LANDLOCK_SCOPE] = host_try_landlock_scope,
	[HOST_MDWE] = host_try_mdwe,
	[HOST_MEMFD_NOEXEC] = host_try_memfd_noexec,
	[HOST_VETH] = host_try_veth,
	[HOST_NFTABLES] = host_try_nftables,
	[HOST_TRANSPARENT_PROXY] = host_try_transparent_proxy,
	[HOST_LOOPBACK_NAT] = host_try_loopback_nat,
	[HOST_BANDWIDTH] = host_try_bandwidth,
	[HOST_DOOR_NAT] = host_try_door_nat,
	[HOST_DOOR_CONNECT] = host_try_door_connect,
	[HOST_FORWARDING4] = host_try_forwarding4,
	[HOST_FORWARDING6] = host_try_forwarding6,
	[HOST_APPARMOR] = host_try_apparmor,
	[HOST_SELINUX] = host_try_selinux,
	[HOST_BPF_LSM] = host_try_bpf_lsm,
};

/* Where cgroup2 usually is: asked first, since mountinfo is slow on hosts with many mounts. */
static const char *const usual_cgroups[] = {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"};

enum { LARGEST_MOUNTINFO = 16 << 20 };

/* The mount point of a line of mountinfo when its type is cgroup2, else NULL. */
static char *cgroup2_of_line(char *line)
{
	char *rest = NULL, *field = strtok_r(line, " ", &rest), *point = NULL;

	for (int i = 0; field && strcmp(field, "-") != 0; i++) {
		if (i == 4)
			point = field;
		field = strtok_r(NULL, " ", &rest);
	}
	char *type = field ? strtok_r(NULL, " ", &rest) : NULL;
	return type && strcmp(type, "cgroup2") == 0 ? point : NULL;
}

static const char *find_cgroup2(struct arena *arena)
{
	struct statfs status;
	const char *text;

	for (size_t i = 0; i < sizeof(usual_cgroups) / sizeof(usual_cgroups[0]); i++)
		if (statfs(usual_cgroups[i], &status) == 0 &&
			(uint32_t)status.f_type == CGROUP2_SUPER_MAGIC)
			return usual_cgroups[i];
	if (descriptor_read(AT_FDCWD, "/proc/self/mountinfo", LARGEST_MOUNTINFO, arena, &text) < 0)
		return NULL;
	char *copy = arena_text(arena, text), *rest = NULL;
	for (char *line = strtok_r(copy, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		char *point = cgroup2_of_line(line);
		if (point && !strchr(point, '\\'))
			return point;
	}
	return NULL;
}

/* False at the first process. */
static bool add_proc_entries(
	struct host *host, const char *buffer, size_t length, struct arena *arena)
{
	for (size_t at = 0; at < length;) {
		const struct dirent64 *entry = (const struct dirent64 *)(buffer + at);

		if (isdigit((unsigned char)entry->d_name[0]))
			return false;
		if (entry->d_name[0] != '.')
			*(const char **)arena_append(arena, &host->proc_entries,
				&host->proc_entry_count, sizeof(char *)) =
				arena_text(arena, entry->d_name);
		at += entry->d_reclen;
	}
	return true;
}

/* Processes come last, and cost the kernel more than all else there: little is asked for at once,
 * to see few of them. */
static void read_proc_entries(struct host *host, struct arena *arena)
{
	scoped(fd) int folder = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_Alignas(struct dirent64) char buffer[1024];
	ssize_t length;

	do
		length = folder < 0 ? -1 : getdents64(folder, buffer, sizeof(buffer));
	while (length > 0 && add_proc_entries(host, buffer, (size_t)length, arena));
	if (host->proc_entry_count)
		qsort(host->proc_entries, host->proc_entry_count, sizeof(char *), text_compare);
}

static uint32_t read_last_capability(struct arena *arena)
{
	uint64_t last = 0;
	const char *text;

	if (descriptor_read_value(AT_FDCWD, "/proc/sys/kernel/cap_last_cap", arena, &text) > 0)
		text_number(arena_text_length(arena, text, strcspn(text, "\n")), 63, &last);
	return (uint32_t)last;
}

static const char *arch_name(const char *machine)
{
	if (strcmp(machine, "x86_64") == 0)
		return "x86-64";
	return strcmp(machine, "aarch64") == 0 ? "arm64" : machine;
}

static void set_state(
	struct host *host, enum host_feature feature, enum host_state state, const char *detail)
{
	host->features[feature] = (struct host_feature_state){
		.name = host_features[feature].name, .state = state, .detail = detail};
}

static void try_features(struct host_try *try, uint64_t wanted, uint64_t known)
{
	struct host *host = try->host;

	for (enum host_feature i = 0; i < HOST_FEATURE_COUNT; i++) {
		set_state(host, i, HOST_NOT_TRIED, "not needed here");
		if (!(wanted & HOST_FEATURE_BIT(i)))
			continue;
		try->detail[0] = '\0';
		enum host_state state = known & HOST_FEATURE_BIT(i) ? HOST_YES : attempts[i](try);
		set_state(host, i, state,
			try->detail[0] ? arena_text(try->arena, try->detail) : NULL);
	}
}

static struct host *describe(struct arena *arena, uint64_t wanted, uint64_t known)
{
	struct host *host = arena_alloc(arena, sizeof(*host));
	struct host_try try = {.arena = arena, .host = host, .root = geteuid() == 0};
	struct utsname name;

	uname(&name);
	host->version = HOST_VERSION;
	host->kernel = arena_text(arena, name.release);
	host->arch = arena_text(arena, arch_name(name.machine));
	host->last_capability = read_last_capability(arena);
	host->cgroup2 = find_cgroup2(arena);
	read_proc_entries(host, arena);
	host_name_servers(host, arena);
	host->id_first = HOST_ID_FIRST;
	host->id_last = HOST_ID_LAST;
	host->feature_count = HOST_FEATURE_COUNT;
	host->features = arena_alloc(arena, HOST_FEATURE_COUNT * sizeof(*host->features));
	/* What it handles is in the plan: the number is asked for each time. */
	if (known & HOST_FEATURE_BIT(HOST_LANDLOCK))
		host->landlock_abi = host_landlock_abi();
	if (host->landlock_abi == 0)
		known &= ~HOST_FEATURE_BIT(HOST_LANDLOCK);
	try_features(&try, wanted, known);
	return host;
}

struct host *host_probe(struct arena *arena, uint64_t wanted)
{
	return describe(arena, wanted, 0);
}

struct host *host_probe_once(struct arena *arena, uint64_t wanted, bool again, bool *recalled)
{
	const uint64_t known = again ? 0 : host_recall(HOST_MEMORIES, arena);
	struct host *host = describe(arena, wanted, known);
	uint64_t work = known;

	for (enum host_feature i = 0; i < HOST_FEATURE_COUNT; i++)
		if (host->features[i].state == HOST_YES)
			work |= HOST_FEATURE_BIT(i) & ~HOST_PASSING_FEATURES;
	if (work != known || again)
		host_remember(HOST_MEMORIES, work, arena);
	*recalled = (known & wanted) != 0;
	return host;
}
