/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/privilege.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "catalog/call.h"
#include "catalog/landlock.h"
#include "plan/plan.h"
#include "plan/seccomp.h"
#include "stack/state.h"

/* Reading its records, waiting, signalling, writing to its log, and memory for that. */
static const char *const calls[] = {"brk", "clock_gettime", "clock_nanosleep", "close", "exit",
	"exit_group", "fstat", "futex", "getpid", "lseek", "madvise", "mmap", "mprotect", "mremap",
	"munmap", "newfstatat", "openat", "pidfd_open", "pidfd_send_signal", "poll", "ppoll",
	"pread64", "read", "restart_syscall", "rt_sigprocmask", "rt_sigreturn", "wait4", "waitid",
	"write"};

static const struct where nowhere;

static int fail(const char *what, struct fault *why)
{
	return fault(why, -errno, nowhere, "supervisor: cannot %s", what);
}

static int drop_capabilities(struct fault *why)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {
		{.effective = 1U << CAP_KILL, .permitted = 1U << CAP_KILL}};

	for (unsigned i = 0; prctl(PR_CAPBSET_READ, i) >= 0; i++)
		if (i != CAP_KILL && prctl(PR_CAPBSET_DROP, i) < 0)
			return fail("cut its bounding set", why);
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0 ||
		prctl(PR_SET_SECUREBITS, SECBIT_NOROOT | SECBIT_NOROOT_LOCKED) < 0)
		return fail("lock its secure bits", why);
	if (syscall(SYS_capset, &header, data) < 0)
		return fail("cut its capabilities", why);
	if (prctl(PR_SET_DUMPABLE, 0) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return fail("give up new privileges", why);
	return 0;
}

static int allow_reading(int ruleset, const char *path, struct fault *why)
{
	/* struct landlock_path_beneath_attr is packed. */
	struct {
		uint64_t access;
		int parent;
	} __attribute__((packed))
	rule = {CATALOG_LANDLOCK_READ_FILE | CATALOG_LANDLOCK_READ_DIR, -1};
	scoped(fd) int folder = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	enum { RULE_PATH = 1 };
	rule.parent = folder;
	if (folder < 0 || syscall(SYS_landlock_add_rule, ruleset, RULE_PATH, &rule, 0) < 0)
		return fail("allow a folder by Landlock", why);
	return 0;
}

/* Without Landlock the filter and the missing capabilities remain; `status` shows it. */
static int enter_landlock(const struct stack_state *state, struct fault *why)
{
	enum { ASK_VERSION = 1, ABI_NET = 4 };
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, ASK_VERSION);
	/* No scopes: it signals processes that are outside its domain. */
	uint64_t ruleset[2] = {0};
	int error;

	if (abi < 1)
		return 0;
	ruleset[0] = catalog_landlock_files((unsigned)abi);
	ruleset[1] = catalog_landlock_net((unsigned)abi);
	scoped(fd) int fd = (int)syscall(SYS_landlock_create_ruleset, ruleset,
		abi >= ABI_NET ? sizeof(ruleset) : sizeof(ruleset[0]), 0);
	if (fd < 0)
		return fail("make its Landlock rules", why);
	error = allow_reading(fd, state->folder, why);
	if (error == 0)
		error = allow_reading(fd, "/proc", why);
	if (error == 0 && syscall(SYS_landlock_restrict_self, fd, 0) < 0)
		error = fail("enter its Landlock domain", why);
	return error;
}

static int by_number(const void *left, const void *right)
{
	const struct plan_call *one = left, *other = right;

	return one->number < other->number ? -1 : one->number > other->number;
}

static int install_filter(unsigned refusal, struct fault *why)
{
	scoped(arena) struct arena *arena = arena_new();
	struct plan_service service = {.name = "supervisor"};
	struct plan_filter filter = {0};
	int error;

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		const struct catalog_call *known = catalog_call(calls[i]);
		int number = known ? known->number[catalog_native_arch()] : -1;

		/* poll is not on every architecture. */
		if (number < 0)
			continue;
		struct plan_call *call =
			arena_append(arena, &service.calls, &service.call_count, sizeof(*call));
		*call = (struct plan_call){
			.name = calls[i], .number = (uint32_t)number, .action = PLAN_ALLOW};
	}
	qsort(service.calls, service.call_count, sizeof(*service.calls), by_number);
	error = plan_seccomp(&service, NULL, refusal, arena, &filter, why);
	if (error < 0)
		return error;
	struct sock_fprog program = {(unsigned short)filter.count, filter.instructions};
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0)
		return fail("install its filter", why);
	return 0;
}

int stack_drop_privileges(const struct stack_state *state, unsigned refusal, struct fault *why)
{
	int error = drop_capabilities(why);

	if (error == 0)
		error = enter_landlock(state, why);
	return error ? error : install_filter(refusal, why);
}
