/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "catalog/kept.h"

#include <linux/prctl.h>
#include <sys/socket.h>

/* clang-format off */
#define WHOLE(text, name) {text, {.call = #name}}
#define WHEN(text, name, ...)                                                                      \
	{                                                                                          \
		text, {                                                                            \
			.call = #name,                                                             \
			.condition_count = sizeof((struct catalog_condition[]){__VA_ARGS__}) /     \
				sizeof(struct catalog_condition),                                  \
			.conditions = {__VA_ARGS__},                                               \
		}                                                                                  \
	}
#define IS(index, number) {.argument = index, .mask = 0xffffffff, .value = number}
#define NOT(index, number)                                                                         \
	{.argument = index, .differs = true, .mask = 0xffffffff, .value = number}

#define PROGRAM "a second program could be any program (layer exec)"
#define RECORD "a filter of the service's own would hide calls from the record"
#define PAST "what goes through it no filter sees"

static const struct catalog_kept kept[] = {
	WHOLE(PROGRAM, execve),
	WHOLE(PROGRAM, execveat),
	WHOLE(RECORD, seccomp),
	WHEN(RECORD, prctl, IS(0, PR_SET_SECCOMP)),
	WHOLE(PAST, io_uring_setup),
	WHOLE("it can make all readable memory executable", personality),
	WHOLE("no mount could refuse code in a file of memory (layer exec)", memfd_create),
	/* Families that a network namespace does not hold, such as AF_VSOCK. */
	WHEN("no network rule sees it", socket, NOT(0, AF_UNIX), NOT(0, AF_INET), NOT(0, AF_INET6),
		NOT(0, AF_NETLINK)),
};
/* clang-format on */

const struct catalog_kept *catalog_kept(size_t *count)
{
	*count = sizeof(kept) / sizeof(kept[0]);
	return kept;
}
