/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "enforce/phase.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/packet.h"
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
	error = listener < 0 ? listener : packet_send(launch->phase_pair[1], "l", 1, &listener, 1);
	if (error < 0)
		return fault(why, error, service->endings[0].where,
			"cannot hold the calls that end when '%s' is ready", service->name);
	return 0;
}

int enforce_phase_take(struct enforce_launch *launch, struct fault *why)
{
	char byte;

	launch->phase_listener = -1;
	if (!has_phase(launch))
		return 0;
	int got = packet_receive(launch->phase_pair[0], &byte, 1, &launch->phase_listener, 1);
	close(launch->phase_pair[0]);
	/* The service said itself why it ended before that. */
	if (got == 0 && launch->status->failed)
		return 0;
	if (got != 1 || launch->phase_listener < 0)
		return fault(why, got < 0 ? got : -ECHILD, launch->service->where,
			"init: no listener came from the service");
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
