/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drill/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>

#include "base/fault.h"
#include "base/scoped.h"

/* Made with the first id that a stack is given, and never removed: nothing is left behind. */
#define FOLDER "/var/lib/bulkhead"

static const struct where nowhere;

int drill_lock(void (*waiting)(void), struct fault *why)
{
	scoped(fd) int lock = open(FOLDER, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (lock < 0)
		return fault(why, -errno, nowhere, "cannot open " FOLDER);
	if (flock(lock, LOCK_EX | LOCK_NB) < 0) {
		if (errno == EWOULDBLOCK)
			waiting();
		if (flock(lock, LOCK_EX) < 0)
			return fault(why, -errno, nowhere, "cannot lock " FOLDER);
	}
	return take_fd(&lock);
}
