/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "enforce/network_space.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "base/fault.h"
#include "base/scoped.h"

enum { ENDED = 4 };

#define OWN_NETWORK "/proc/thread-self/ns/net"

int enforce_network_visit(int network, struct where where, struct fault *why)
{
	scoped(fd) int home = open(OWN_NETWORK, O_RDONLY | O_CLOEXEC);

	if (home < 0)
		return fault(why, -errno, where, "cannot open " OWN_NETWORK);
	if (setns(network, CLONE_NEWNET) < 0)
		return fault(why, -errno, where, "cannot enter a network namespace");
	return take_fd(&home);
}

void scoped_visit(int *home)
{
	int saved = errno;

	if (*home < 0)
		return;
	/* Killed, for who waits for it; the first process of a pid namespace is not, by itself. */
	if (setns(*home, CLONE_NEWNET) < 0) {
		kill(getpid(), SIGKILL);
		_exit(ENDED);
	}
	close(*home);
	errno = saved;
}

int enforce_network_space_visit(int *made, struct where where, struct fault *why)
{
	scoped(visit) int home = open(OWN_NETWORK, O_RDONLY | O_CLOEXEC);

	if (home < 0)
		return fault(why, -errno, where, "cannot open " OWN_NETWORK);
	if (unshare(CLONE_NEWNET) < 0)
		return fault(why, -errno, where, "cannot make a network namespace");
	*made = open(OWN_NETWORK, O_RDONLY | O_CLOEXEC);
	if (*made < 0)
		return fault(why, -errno, where, "cannot open the new network namespace");
	return take_fd(&home);
}

int enforce_network_space(struct where where, struct fault *why)
{
	int made = -1;
	scoped(visit) int home = enforce_network_space_visit(&made, where, why);

	return home < 0 ? home : made;
}

/* /proc/sys/net is that of the calling thread, whatever mount it is reached by. */
static int open_knobs(struct where where, struct fault *why)
{
	int folder = open("/proc/sys/net", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (folder < 0)
		return fault(why, -errno, where, "cannot open /proc/sys/net");
	return folder;
}

int enforce_network_knobs(const struct enforce_network_knob *knobs, size_t count,
	struct where where, struct fault *why)
{
	scoped(fd) int folder = count ? open_knobs(where, why) : -1;

	if (count && folder < 0)
		return folder;
	for (size_t i = 0; i < count; i++) {
		int error = descriptor_put(folder, knobs[i].path, "%s", knobs[i].value);

		if (error)
			return fault(why, error, where, "cannot write %s to /proc/sys/net/%s",
				knobs[i].value, knobs[i].path);
	}
	return 0;
}

/* A knob's value on one line, its parts separated by one space. */
static int read_knob(int folder, const char *path, char *text, size_t room)
{
	scoped(fd) int fd = openat(folder, path, O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? -1 : read(fd, text, room - 1);

	if (length < 0)
		return -errno;
	while (length > 0 && text[length - 1] == '\n')
		length--;
	text[length] = '\0';
	for (char *at = text; *at; at++)
		if (*at == '\t')
			*at = ' ';
	return 0;
}

int enforce_network_knobs_verify(const struct enforce_network_knob *knobs, size_t count,
	struct where where, struct fault *why)
{
	scoped(fd) int folder = count ? open_knobs(where, why) : -1;

	if (count && folder < 0)
		return folder;
	for (size_t i = 0; i < count; i++) {
		char text[64];
		int error = read_knob(folder, knobs[i].path, text, sizeof(text));

		if (error)
			return fault(
				why, error, where, "cannot read /proc/sys/net/%s", knobs[i].path);
		if (strcmp(text, knobs[i].value) != 0) {
			fault(why, -ESTALE, where, "net/%s is '%s', planned '%s'", knobs[i].path,
				text, knobs[i].value);
			return 1;
		}
	}
	return 0;
}
