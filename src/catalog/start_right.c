/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "catalog/start_right.h"

#include <fcntl.h>
#include <linux/sched.h>

#include "base/text.h"

/* clang-format off */
#define RIGHT(word, text, rest, ...)                                                               \
	.name = word, .sentence = text, .remains = rest,                                           \
	.calls = (const struct catalog_grant[]){__VA_ARGS__},                                      \
	.call_count = sizeof((const struct catalog_grant[]){__VA_ARGS__}) /                        \
		sizeof(struct catalog_grant)
#define CALL(name) {.call = #name}
#define WHEN(name, ...) {.call = #name, .condition_count = 1, .conditions = {__VA_ARGS__}}
#define HAS(index, bit) {.argument = index, .mask = bit, .value = bit}
#define NONE_OF(index, bits) {.argument = index, .mask = bits}
#define SOME_OF(index, bits) {.argument = index, .differs = true, .mask = bits}
#define IS_GIVEN(index) {.argument = index, .wide = true, .differs = true, .mask = UINT64_MAX}

/* MSG_FASTOPEN, which some libraries' headers leave out: sends and connects in one call. */
#define CONNECTS 0x20000000
#define WRITES(name, flags)                                                                        \
	WHEN(name, SOME_OF(flags, O_WRONLY | O_RDWR)), WHEN(name, HAS(flags, O_CREAT)),            \
	WHEN(name, HAS(flags, O_TRUNC))

static const struct catalog_start_right rights[] = {
	{RIGHT("execute", "execute a program, or map code that is not mapped yet",
		"what runs goes on, with the code that it has mapped",
		CALL(execve), CALL(execveat)), .code = true},
	{RIGHT("listen", "bind a socket or begin to listen",
		"sockets that listen already accept for ever",
		CALL(bind), CALL(listen))},
	{RIGHT("connect-new", "connect a socket, or send to an address that is given with the bytes",
		"connections that are open, and datagrams whose address lies in memory (sendmsg)",
		CALL(connect), WHEN(sendto, IS_GIVEN(4)), WHEN(sendto, HAS(3, CONNECTS)),
		WHEN(sendmsg, HAS(2, CONNECTS)), WHEN(sendmmsg, HAS(3, CONNECTS)))},
	{RIGHT("fork", "start a process",
		"threads, and the processes that there are",
		WHEN(clone, NONE_OF(0, CLONE_THREAD)), CALL(fork), CALL(vfork), CALL(clone3))},
	{RIGHT("write", "open a file for writing, or make, rename, remove or change one by its name",
		"files that are open for writing, and sockets",
		WRITES(open, 1), WRITES(openat, 2), CALL(openat2), CALL(creat),
		CALL(open_by_handle_at), CALL(truncate),
		CALL(mkdir), CALL(mkdirat), CALL(rmdir), CALL(rename), CALL(renameat),
		CALL(renameat2), CALL(unlink), CALL(unlinkat), CALL(link), CALL(linkat),
		CALL(symlink), CALL(symlinkat), CALL(mknod), CALL(mknodat), CALL(chmod),
		CALL(fchmodat), CALL(fchmodat2), CALL(chown), CALL(lchown), CALL(fchownat),
		CALL(utime), CALL(utimes), CALL(futimesat), WHEN(utimensat, IS_GIVEN(1)),
		CALL(setxattr), CALL(lsetxattr), CALL(removexattr), CALL(lremovexattr))},
};
/* clang-format on */
_Static_assert(sizeof(rights) / sizeof(rights[0]) == CATALOG_START_RIGHTS, "a name for each");

const char *const catalog_start_right_names[CATALOG_START_RIGHTS] = {
	"execute", "listen", "connect-new", "fork", "write"};

const struct catalog_start_right *catalog_start_right(const char *name)
{
	for (size_t i = 0; i < CATALOG_START_RIGHTS; i++)
		if (text_equal(rights[i].name, name))
			return &rights[i];
	return NULL;
}

const struct catalog_start_right *catalog_start_rights(size_t *count)
{
	*count = CATALOG_START_RIGHTS;
	return rights;
}
