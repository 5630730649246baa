/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "base/scoped.h"
#include "host/try.h"

/* Debian 12's header ends at ABI 2. */
struct ruleset {
	uint64_t files, net, scoped;
};

enum {
	ASK_VERSION = 1,
	READ_FILE = 1 << 2,
	TRUNCATE = 1 << 14,
	IOCTL_DEV = 1 << 15,
	NET_BIND = 1 << 0,
	SCOPE_SIGNAL = 1 << 1,
	SELINUX_FILE_SYSTEM = (int)0xf97cff8c,
};

static int create_ruleset(const struct ruleset *ruleset, size_t size, unsigned flags)
{
	return (int)syscall(SYS_landlock_create_ruleset, ruleset, size, flags);
}

/* A domain that handles reading and allows none. */
static enum host_state forbid_reading(struct host_try *try)
{
	struct ruleset ruleset = {.files = READ_FILE};
	scoped(fd) int fd = create_ruleset(&ruleset, sizeof(ruleset.files), 0);

	if (fd < 0)
		return host_refused(try, errno, "landlock_create_ruleset");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
		syscall(SYS_landlock_restrict_self, fd, 0) < 0)
		return host_refused(try, errno, "landlock_restrict_self");
	scoped(fd) int file = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	if (file >= 0 || errno != EACCES)
		return host_found(try, HOST_NO, "a domain was entered and does not confine");
	return HOST_YES;
}

uint32_t host_landlock_abi(void)
{
	int abi = create_ruleset(NULL, 0, ASK_VERSION);

	return abi < 0 ? 0 : (uint32_t)abi;
}

enum host_state host_try_landlock(struct host_try *try)
{
	int abi = create_ruleset(NULL, 0, ASK_VERSION);

	if (abi < 0)
		return host_found(try, HOST_NO, "%s",
			errno == EOPNOTSUPP ? "built in, but not switched on at boot"
					    : strerror(errno));
	enum host_state state = host_in_child(try, 0, forbid_reading);
	if (state != HOST_YES)
		return state;
	try->host->landlock_abi = (uint32_t)abi;
	return host_found(try, HOST_YES, "ABI %d", abi);
}

/* Does the kernel take a ruleset that handles these? */
static enum host_state handles(struct host_try *try, struct ruleset ruleset, size_t size)
{
	scoped(fd) int fd = create_ruleset(&ruleset, size, 0);

	if (fd >= 0)
		return HOST_YES;
	if (create_ruleset(NULL, 0, ASK_VERSION) < 0)
		return host_found(try, HOST_NO, "no Landlock");
	return host_found(try, HOST_NO, "ABI %d", create_ruleset(NULL, 0, ASK_VERSION));
}

enum host_state host_try_landlock_truncate(struct host_try *try)
{
	return handles(try, (struct ruleset){.files = TRUNCATE}, 8);
}

enum host_state host_try_landlock_net(struct host_try *try)
{
	return handles(try, (struct ruleset){.net = NET_BIND}, 16);
}

enum host_state host_try_landlock_ioctl(struct host_try *try)
{
	return handles(try, (struct ruleset){.files = IOCTL_DEV}, 16);
}

enum host_state host_try_landlock_scope(struct host_try *try)
{
	return handles(try, (struct ruleset){.scoped = SCOPE_SIGNAL}, 24);
}

enum host_state host_try_apparmor(struct host_try *try)
{
	const char *label;
	/* Only an active AppArmor answers here; the file of the same name without `apparmor/`
	 * belongs to whichever LSM came first. */
	ssize_t length = descriptor_read(
		AT_FDCWD, "/proc/self/attr/apparmor/current", 4096, try->arena, &label);

	if (length < 0)
		return host_found(try, HOST_NO, "not active");
	return host_found(try, HOST_YES, "this process: %.*s", (int)strcspn(label, "\n"), label);
}

enum host_state host_try_selinux(struct host_try *try)
{
	struct statfs status;
	const char *enforcing;

	if (statfs("/sys/fs/selinux", &status) < 0 ||
		(uint32_t)status.f_type != (uint32_t)SELINUX_FILE_SYSTEM)
		return host_found(try, HOST_NO, "not active");
	if (descriptor_read(AT_FDCWD, "/sys/fs/selinux/enforce", 16, try->arena, &enforcing) < 0)
		return host_found(try, HOST_NO, "selinuxfs cannot be read");
	return host_found(try, HOST_YES, "%s",
		enforcing[0] == '1' ? "enforcing" : "permissive: it only reports");
}
