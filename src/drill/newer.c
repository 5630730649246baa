/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Attempts: calls younger than the libraries that filters are made with (libseccomp and glibc of
 * Debian 12 know none above 450).  They are given what the kernel refuses when it has begun to
 * look: getting so far is getting through.  A kernel that has not the call leaves the row void.
 */
#include <stdint.h>

#include "drill/call.h"

/* The numbers are those of every architecture. */
enum {
	CACHESTAT = 451,
	FCHMODAT2,
	MAP_SHADOW_STACK,
	FUTEX_WAKE_NEW,
	FUTEX_WAIT_NEW,
	FUTEX_REQUEUE_NEW,
	STATMOUNT,
	LISTMOUNT,
	LSM_GET_SELF_ATTR,
	LSM_SET_SELF_ATTR,
	LSM_LIST_MODULES,
	MSEAL,
	SETXATTRAT,
	GETXATTRAT,
	LISTXATTRAT,
	REMOVEXATTRAT,
	OPEN_TREE_ATTR,
	FILE_GETATTR,
	FILE_SETATTR,
	LISTNS,
	RSEQ_SLICE_YIELD,
	NEXT_CALL,       /* nobody has taken it yet */
	FAR_CALL = 4000, /* beyond any kernel */
};

/* No descriptor, no address and no length that means anything. */
#define NOBODY -1L
#define NOWHERE 1L

/* A call of @number with what follows; @error says that the kernel has begun to look. */
#define TRY(function, number, error, ...)                                                          \
	static int function(struct drill_context *context)                                         \
	{                                                                                          \
		return drill_reached(drill_call(context, number, __VA_ARGS__), error);             \
	}

TRY(ask_cache, CACHESTAT, EBADF, NOBODY, 0L, 0L, 0L)
TRY(change_mode, FCHMODAT2, EBADF, NOBODY, "drill", 0L, 0L)
TRY(map_shadow, MAP_SHADOW_STACK, EINVAL, NOWHERE, 4096L, ~0L)
TRY(wake_new, FUTEX_WAKE_NEW, EINVAL, NOWHERE, ~0L, 1L, ~0L)
TRY(wait_new, FUTEX_WAIT_NEW, EINVAL, NOWHERE, 0L, ~0L, ~0L, 0L, 0L)
TRY(requeue_new, FUTEX_REQUEUE_NEW, EINVAL, 0L, ~0L, 0L, 0L)
TRY(set_own_label, LSM_SET_SELF_ATTR, EINVAL, 0L, 0L, 0L, ~0L)
TRY(seal, MSEAL, EINVAL, NOWHERE, 4096L, ~0L)
TRY(set_attribute, SETXATTRAT, EINVAL, NOBODY, "", ~0L, "user.drill", 0L, 0L)
TRY(get_attribute, GETXATTRAT, EINVAL, NOBODY, "", ~0L, "user.drill", 0L, 0L)
TRY(list_attributes, LISTXATTRAT, EINVAL, NOBODY, "", ~0L, 0L, 0L)
TRY(remove_attribute, REMOVEXATTRAT, EINVAL, NOBODY, "", ~0L, "user.drill")
TRY(open_changed_tree, OPEN_TREE_ATTR, EINVAL, NOBODY, "", ~0L, 0L, 0L)
TRY(get_file_flags, FILE_GETATTR, EINVAL, NOBODY, "", 0L, 0L, ~0L)
TRY(set_file_flags, FILE_SETATTR, EINVAL, NOBODY, "", 0L, 0L, ~0L)
TRY(list_namespaces, LISTNS, EINVAL, 0L, 0L, 0L, ~0L)
TRY(yield_slice, RSEQ_SLICE_YIELD, ENXIO, 0L)
TRY(call_next, NEXT_CALL, EINVAL, ~0L, ~0L, ~0L, ~0L, ~0L, ~0L)
TRY(call_far, FAR_CALL, EINVAL, ~0L, ~0L, ~0L, ~0L, ~0L, ~0L)

/* What mounts there are, whatever is closed in /proc. */
struct mount_question {
	uint32_t size, spare;
	uint64_t mount, parameter;
};

#define ROOT_OF_MOUNTS UINT64_MAX

static int list_mounts(struct drill_context *context)
{
	const struct mount_question all = {.size = sizeof(all), .mount = ROOT_OF_MOUNTS};
	uint64_t mounts[4];

	return drill_done(drill_call(context, LISTMOUNT, &all, mounts, 4L, 0L));
}

static int ask_mount(struct drill_context *context)
{
	const struct mount_question none = {.size = sizeof(none), .mount = 1, .parameter = 1};

	return drill_reached(drill_call(context, STATMOUNT, &none, 0L, 0L, ~0L), EINVAL);
}

static int get_own_label(struct drill_context *context)
{
	uint32_t size = 0;

	return drill_reached(drill_call(context, LSM_GET_SELF_ATTR, 0L, 0L, &size, ~0L), EINVAL);
}

/* Which other barriers this kernel has. */
static int list_modules(struct drill_context *context)
{
	uint64_t modules[32];
	uint32_t size = sizeof(modules);

	return drill_done(drill_call(context, LSM_LIST_MODULES, modules, &size, 0L));
}

#define ROW(name, sentence, run, number)                                                           \
	{                                                                                          \
		name, sentence, DRILL_NOTHING, DRILL_PRIVILEGE, LAYER_SECCOMP, false, run,         \
			.unless = number                                                           \
	}

const struct drill_attempt drill_newer[] = {
	ROW("cachestat", "ask what of a file is in memory", ask_cache, CACHESTAT),
	ROW("fchmodat2", "change a mode by the newest call", change_mode, FCHMODAT2),
	ROW("map-shadow-stack", "map a shadow stack", map_shadow, MAP_SHADOW_STACK),
	ROW("futex-wake", "wake by the new call of locks", wake_new, FUTEX_WAKE_NEW),
	ROW("futex-wait", "wait by the new call of locks", wait_new, FUTEX_WAIT_NEW),
	ROW("futex-requeue", "move who waits by the new call of locks", requeue_new,
		FUTEX_REQUEUE_NEW),
	ROW("statmount", "ask about a mount by its number", ask_mount, STATMOUNT),
	ROW("listmount", "list mounts past what is closed in /proc", list_mounts, LISTMOUNT),
	ROW("lsm-get-self-attr", "ask for its label", get_own_label, LSM_GET_SELF_ATTR),
	ROW("lsm-set-self-attr", "change its label", set_own_label, LSM_SET_SELF_ATTR),
	ROW("lsm-list-modules", "ask which security modules there are", list_modules,
		LSM_LIST_MODULES),
	ROW("mseal", "seal memory", seal, MSEAL),
	ROW("setxattrat", "set an attribute by the new call", set_attribute, SETXATTRAT),
	ROW("getxattrat", "read an attribute by the new call", get_attribute, GETXATTRAT),
	ROW("listxattrat", "list attributes by the new call", list_attributes, LISTXATTRAT),
	ROW("removexattrat", "remove an attribute by the new call", remove_attribute,
		REMOVEXATTRAT),
	ROW("open-tree-attr", "copy a tree of mounts with other rights", open_changed_tree,
		OPEN_TREE_ATTR),
	ROW("file-getattr", "read the flags of a file by the new call", get_file_flags,
		FILE_GETATTR),
	ROW("file-setattr", "make a file immutable by the new call", set_file_flags, FILE_SETATTR),
	ROW("listns", "list the namespaces of the machine", list_namespaces, LISTNS),
	ROW("rseq-slice-yield", "give back a longer slice of time", yield_slice, RSEQ_SLICE_YIELD),
	ROW("call-next", "call the first number that nobody has taken", call_next, NEXT_CALL),
	ROW("call-far", "call a number beyond any kernel", call_far, FAR_CALL),
};
DRILL_COUNT(newer);
