/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "enforce/phase.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/scoped.h"
#include "enforce/launch.h"
#include "enforce/layers.h"
#include "enforce/seccomp.h"
#include "plan/plan.h"
#include "plan/seccomp.h"

/* Linux 6.6; without it each wait costs a walk to the other processor. */
#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS SECCOMP_IOW(4, __u64)
#endif
#define WAKE_ON_THIS_PROCESSOR 1

union control {
	char bytes[CMSG_SPACE(sizeof(int))];
	struct cmsghdr header;
};

static bool has_phase(const struct enforce_launch *launch)
{
	return launch->service->ending_count > 0 && !launch->enters &&
	       !enforce_leaves_out(launch, LAYER_PHASE);
}

int enforce_phase_prepare(struct enforce_launch *launch, struct fault *why)
{
	if (!has_phase(launch))
		return 0;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, launch->phase_pair) < 0)
		return fault(why, -errno, launch->service->where, "init: cannot make a pair");
	return 0;
}

static int hand_over(int pair, int listener)
{
	union control control = {0};
	char byte = 'l';
	struct iovec data = {.iov_base = &byte, .iov_len = 1};
	struct msghdr message = {.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes)};

	control.header = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof(int)),
		.cmsg_level = SOL_SOCKET,
		.cmsg_type = SCM_RIGHTS};
	memcpy(CMSG_DATA(&control.header), &listener, sizeof(listener));
	return sendmsg(pair, &message, MSG_NOSIGNAL) == 1 ? 0 : -errno;
}

/*
 * A filter of its own, below the service's: this one lets through what it does
 * not hold, and so the message that carries its listener.
 */
int enforce_begin_phase(struct enforce_launch *launch, struct fault *why)
{
	const struct plan_service *service = launch->service;
	struct plan_filter filter;

	if (!has_phase(launch))
		return 0;
	int error = plan_seccomp_endings(service, launch->arena, &filter, why);
	if (error < 0)
		return error;
	scoped(fd) int listener = enforce_filter_listen(&filter);
	error = listener < 0 ? listener : hand_over(launch->phase_pair[1], listener);
	if (error < 0)
		return fault(why, error, service->endings[0].where,
			"cannot hold the calls that end when '%s' is ready", service->name);
	return 0;
}

int enforce_phase_take(struct enforce_launch *launch, struct fault *why)
{
	union control control = {0};
	char byte;
	struct iovec data = {.iov_base = &byte, .iov_len = 1};
	struct msghdr message = {.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes)};
	ssize_t got;

	launch->phase_listener = -1;
	if (!has_phase(launch))
		return 0;
	do
		got = recvmsg(launch->phase_pair[0], &message, MSG_CMSG_CLOEXEC);
	while (got < 0 && errno == EINTR);
	close(launch->phase_pair[0]);
	/* The service said itself why it ended before that. */
	if (got == 0 && launch->status->failed)
		return 0;
	if (got != 1 || control.header.cmsg_type != SCM_RIGHTS ||
		message.msg_controllen < CMSG_LEN(sizeof(int)))
		return fault(why, got < 0 ? -errno : -ECHILD, launch->service->where,
			"init: no listener came from the service");
	memcpy(&launch->phase_listener, CMSG_DATA(&control.header), sizeof(int));
	/* Only faster: what does not know it works without. */
	ioctl(launch->phase_listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS, WAKE_ON_THIS_PROCESSOR);
	return 0;
}

/* The call may be gone by now, with the thread that made it: then there is nothing to answer. */
void enforce_phase_answer(int listener)
{
	struct seccomp_notif call = {0};
	struct seccomp_notif_resp answer = {.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};

	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call) < 0)
		return;
	answer.id = call.id;
	ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
}
