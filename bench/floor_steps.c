/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "floor.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Newer than the headers of Debian 12 (linux/landlock.h). */
enum {
	RIGHTS_ABI1 = (1 << 13) - 1,
	RIGHT_REFER = 1 << 13,
	RIGHT_TRUNCATE = 1 << 14,
	RIGHT_DEVICES = 1 << 15,
	PORTS = 3,
	SCOPES = 3,
};

static int root; /* of the service, by its descriptor */

static void write_file(const char *path, const char *text)
{
	int file = open(path, O_WRONLY | O_CLOEXEC);

	if (file < 0 || write(file, text, strlen(text)) < 0)
		floor_fail(path);
	close(file);
}

static void map_ids(const struct floor_work *work)
{
	(void)work;
	write_file("/proc/self/setgroups", "deny");
	write_file("/proc/self/uid_map", "0 0 1");
	write_file("/proc/self/gid_map", "0 0 1");
}

static void name_host(const struct floor_work *work)
{
	(void)work;
	if (sethostname("floor", 5) < 0)
		floor_fail("sethostname");
}

static void raise_loopback(const struct floor_work *work)
{
	struct ifreq loopback = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
	int any = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	(void)work;
	if (any < 0 || ioctl(any, SIOCSIFFLAGS, &loopback) < 0)
		floor_fail("the loopback");
	close(any);
}

/* A new file system as a mount that is nowhere yet. */
static int detached(const char *type, unsigned attributes)
{
	int made = (int)syscall(SYS_fsopen, type, FSOPEN_CLOEXEC);

	if (made < 0 || syscall(SYS_fsconfig, made, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		floor_fail(type);
	int mount = (int)syscall(SYS_fsmount, made, FSMOUNT_CLOEXEC, attributes);
	if (mount < 0)
		floor_fail(type);
	close(made);
	return mount;
}

static void attach(int mount, int folder, const char *path)
{
	if (syscall(SYS_move_mount, mount, "", folder, path, MOVE_MOUNT_F_EMPTY_PATH) < 0)
		floor_fail(path);
}

static void make_root(const struct floor_work *work)
{
	static const char *const folders[] = {"usr", "etc", "proc", "run", "tmp"};
	static const char *const links[][2] = {{"usr/bin", "bin"}, {"usr/sbin", "sbin"},
		{"usr/lib", "lib"}, {"usr/lib64", "lib64"}};

	(void)work;
	root = detached("tmpfs", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (mkdirat(root, folders[i], 0755) < 0)
			floor_fail(folders[i]);
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		if (symlinkat(links[i][0], root, links[i][1]) < 0)
			floor_fail(links[i][1]);
	attach(root, AT_FDCWD, "/mnt");
}

/* Something to mount on, with the folders above it. */
static void make_target(const char *path, int tree)
{
	char name[PATH_MAX];
	struct stat about;

	snprintf(name, sizeof(name), "%s", path + 1);
	for (char *slash = name; (slash = strchr(slash, '/')); *slash++ = '/') {
		*slash = '\0';
		if (mkdirat(root, name, 0755) < 0 && errno != EEXIST && errno != EROFS)
			floor_fail(name);
	}
	if (fstat(tree, &about) < 0)
		floor_fail(path);
	if (S_ISDIR(about.st_mode)) {
		if (mkdirat(root, name, 0755) < 0 && errno != EEXIST && errno != EROFS)
			floor_fail(path);
		return;
	}
	int file = openat(root, name, O_CREAT | O_RDONLY | O_CLOEXEC, 0644);
	if (file < 0)
		floor_fail(path);
	close(file);
}

static void make_binds(const struct floor_work *work)
{
	struct mount_attr attributes = {
		.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV,
		.propagation = MS_PRIVATE};

	for (size_t i = 0; i < work->bind_count; i++) {
		const char *path = work->binds[i];
		int tree = (int)syscall(
			SYS_open_tree, AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);

		if (tree < 0)
			floor_fail(path);
		make_target(path, tree);
		if (syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH, &attributes,
			    sizeof(attributes)) < 0)
			floor_fail(path);
		attach(tree, root, path + 1);
		close(tree);
	}
}

static void mount_proc(const struct floor_work *work)
{
	int proc = detached("proc", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
	int run = detached("tmpfs", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);

	(void)work;
	attach(proc, root, "proc");
	attach(run, root, "run");
	close(proc);
	close(run);
}

static void enter_root(const struct floor_work *work)
{
	(void)work;
	if (fchdir(root) < 0 || syscall(SYS_pivot_root, ".", ".") < 0 ||
		umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
		floor_fail("pivot_root");
}

static void drop_capabilities(const struct floor_work *work)
{
	struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct none[2] = {{0}};

	(void)work;
	for (int capability = 0; prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0; capability++)
		;
	if (prctl(PR_SET_SECUREBITS, SECUREBITS_DEFAULT | SECBIT_NOROOT | SECBIT_NOROOT_LOCKED, 0,
		    0, 0) < 0 ||
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
		syscall(SYS_capset, &header, none) < 0)
		floor_fail("capabilities");
}

/* A right on a file that only folders can have is refused: these are for both. */
static void allow_beneath(int rules, const char *path, uint64_t handled)
{
	struct landlock_path_beneath_attr rule = {.parent_fd = open(path, O_PATH | O_CLOEXEC)};
	struct stat about;

	if (rule.parent_fd < 0 || fstat(rule.parent_fd, &about) < 0)
		floor_fail(path);
	rule.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_EXECUTE;
	if (S_ISDIR(about.st_mode))
		rule.allowed_access |= LANDLOCK_ACCESS_FS_READ_DIR;
	/* With these two, which a read-only mount refuses anyway, the kernel's walk stops here. */
	rule.allowed_access |= handled & (RIGHT_TRUNCATE | RIGHT_DEVICES);
	if (syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) < 0)
		floor_fail(path);
	close(rule.parent_fd);
}

static void restrict_files(const struct floor_work *work)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	struct {
		uint64_t files, ports, scopes;
	} domain = {RIGHTS_ABI1 | (abi >= 2 ? RIGHT_REFER : 0) | (abi >= 3 ? RIGHT_TRUNCATE : 0) |
			    (abi >= 5 ? RIGHT_DEVICES : 0),
		abi >= 4 ? PORTS : 0, abi >= 6 ? SCOPES : 0};
	size_t size = (abi >= 6 ? 3 : abi >= 4 ? 2 : 1) * sizeof(uint64_t);
	int rules = (int)syscall(SYS_landlock_create_ruleset, &domain, size, 0);

	if (rules < 0)
		floor_fail("landlock");
	for (size_t i = 0; i < work->rule_count; i++)
		allow_beneath(rules, work->rules[i], domain.files);
	if (syscall(SYS_landlock_restrict_self, rules, 0) < 0)
		floor_fail("landlock");
	close(rules);
}

static void install_filter(const struct floor_work *work)
{
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &work->filter) < 0)
		floor_fail("seccomp");
}

struct floor_step floor_steps[] = {
	{"pid", CLONE_NEWPID, NULL, NULL, false},
	{"ipc", CLONE_NEWIPC, NULL, NULL, false},
	{"cgroup", CLONE_NEWCGROUP, NULL, NULL, false},
	{"user", CLONE_NEWUSER, map_ids, NULL, false},
	{"uts", CLONE_NEWUTS, name_host, NULL, false},
	{"network", CLONE_NEWNET, raise_loopback, NULL, false},
	{"root", CLONE_NEWNS, make_root, NULL, false},
	{"binds", 0, make_binds, "root", false},
	{"proc", 0, mount_proc, "root", false},
	{"pivot", 0, enter_root, "root", false},
	{"capabilities", 0, drop_capabilities, NULL, false},
	{"landlock", 0, restrict_files, NULL, false},
	{"seccomp", 0, install_filter, NULL, false},
};
const size_t floor_step_count = sizeof(floor_steps) / sizeof(floor_steps[0]);
