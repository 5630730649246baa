/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "enforce/seccomp.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "plan/seccomp.h"

/* Linux 5.19: a call that was seen waits for its answer through signals that do not kill. */
#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

static int install(const struct plan_filter *filter, unsigned long flags)
{
	struct sock_fprog program = {
		.len = (unsigned short)filter->count,
		.filter = filter->instructions,
	};

	if (filter->count == 0 || filter->count > BPF_MAXINSNS)
		return -EINVAL;
	long result = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
	return result < 0 ? -errno : (int)result;
}

int enforce_filter(const struct plan_filter *filter)
{
	return install(filter, 0);
}

int enforce_filter_listen(const struct plan_filter *filter)
{
	int listener = install(
		filter, SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV);

	return listener == -EINVAL ? install(filter, SECCOMP_FILTER_FLAG_NEW_LISTENER) : listener;
}
