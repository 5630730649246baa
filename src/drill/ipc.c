/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attempts: meeting others in memory, queues and local sockets. */
#include <stddef.h>
#include <sys/ipc.h>

#include "drill/call.h"

static int meet_abstract(struct drill_context *context)
{
	return drill_meet(context, context->first, true);
}

static int meet_path(struct drill_context *context)
{
	return drill_meet(context, context->first, false);
}

/* Whoever talks to it is root on the host. */
static int meet_engine(struct drill_context *context)
{
	return drill_meet(context, "/run/docker.sock", false);
}

static int share_memory(struct drill_context *context)
{
	return drill_done(
		drill_call(context, SYS_shmget, (int)drill_number(context->first), 0UL, 0));
}

static int share_semaphore(struct drill_context *context)
{
	return drill_done(drill_call(context, SYS_semget, (int)drill_number(context->first), 0, 0));
}

static int share_messages(struct drill_context *context)
{
	return drill_done(drill_call(context, SYS_msgget, (int)drill_number(context->first), 0));
}

static int open_queue(struct drill_context *context)
{
	long fd = drill_call(context, SYS_mq_open, context->first, O_RDONLY | O_NONBLOCK, 0, NULL);

	if (fd >= 0)
		syscall(SYS_close, (int)fd);
	return drill_done(fd);
}

static int make_queue(struct drill_context *context)
{
	long fd = drill_call(context, SYS_mq_open, "bulkhead-drill-made",
		O_RDWR | O_CREAT | O_NONBLOCK, 0600, NULL);

	if (fd < 0)
		return (int)fd;
	syscall(SYS_close, (int)fd);
	syscall(SYS_mq_unlink, "bulkhead-drill-made");
	return 0;
}

static int map_shared_code(struct drill_context *context)
{
	long segment = drill_call(context, SYS_shmget, IPC_PRIVATE, 4096UL, IPC_CREAT | 0700);

	if (segment < 0)
		return (int)segment;
	long at = drill_call(context, SYS_shmat, (int)segment, NULL, 0100000 /* SHM_EXEC */);
	syscall(SYS_shmctl, (int)segment, IPC_RMID, NULL);
	return drill_done(at);
}

const struct drill_attempt drill_ipc[] = {
	{"meet-host-abstract", "connect to an abstract unix socket of the host",
		DRILL_HOST_ABSTRACT, DRILL_UNIX, LAYER_NETWORK, false, meet_abstract},
	{"meet-near-abstract", "connect to an abstract unix socket in its own network namespace",
		DRILL_NEAR_ABSTRACT, DRILL_UNIX, LAYER_LANDLOCK, false, meet_abstract},
	{"meet-host-path", "connect to a unix socket of the host", DRILL_HOST_SOCKET, DRILL_UNIX,
		LAYER_VIEW, false, meet_path},
	{"meet-other-path", "connect to a unix socket that it does not declare", DRILL_OTHER_SOCKET,
		DRILL_UNIX, LAYER_VIEW, false, meet_path},
	{"meet-engine", "connect to the engine of containers", DRILL_NOTHING, DRILL_UNIX,
		LAYER_VIEW, false, meet_engine},
	{"share-memory", "find shared memory of the host", DRILL_SEGMENT, DRILL_IPC,
		LAYER_NAMESPACES, false, share_memory},
	{"share-semaphore", "find a semaphore of the host", DRILL_SEGMENT, DRILL_IPC,
		LAYER_NAMESPACES, false, share_semaphore},
	{"share-messages", "find a message queue of the host", DRILL_SEGMENT, DRILL_IPC,
		LAYER_NAMESPACES, false, share_messages},
	{"open-queue", "open a POSIX message queue of the host", DRILL_QUEUE, DRILL_IPC,
		LAYER_NAMESPACES, false, open_queue},
	{"make-queue", "make a POSIX message queue", DRILL_NOTHING, DRILL_PRIVILEGE, LAYER_SECCOMP,
		false, make_queue},
	{"map-shared-code", "attach shared memory as code", DRILL_NO_CODE, DRILL_MEMORY,
		LAYER_SECCOMP, false, map_shared_code},
};
DRILL_COUNT(ipc);
