/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "enforce/seccomp.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "plan/seccomp.h"

int enforce_filter(const struct plan_filter *filter)
{
	struct sock_fprog program = {
		.len = (unsigned short)filter->count,
		.filter = filter->instructions,
	};

	if (filter->count == 0 || filter->count > BPF_MAXINSNS)
		return -EINVAL;
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0 ? -errno : 0;
}
