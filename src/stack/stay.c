/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/stay.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "base/fault.h"
#include "base/scoped.h"
#include "plan/plan.h"
#include "stack/up.h"

static const struct where nowhere;

/* As sd_notify(3).  Who does not listen does not need it. */
static void notify(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t length = path ? strlen(path) : 0;

	if (length < 2 || length >= sizeof(address.sun_path) || (*path != '/' && *path != '@'))
		return;
	scoped(fd) int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	memcpy(address.sun_path, path, length);
	/* An abstract name. */
	if (*path == '@')
		address.sun_path[0] = '\0';
	if (fd >= 0)
		sendto(fd, state, strlen(state), MSG_NOSIGNAL, (const struct sockaddr *)&address,
			(socklen_t)(offsetof(struct sockaddr_un, sun_path) + length));
}

static int watch_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

/* Until it ends; it is told to when this is. */
static int wait_for(int launcher, int signals)
{
	struct pollfd polled[] = {
		{.fd = launcher, .events = POLLIN}, {.fd = signals, .events = POLLIN}};

	while (!polled[0].revents) {
		if (poll(polled, 2, -1) < 0 && errno != EINTR)
			return -errno;
		if (polled[1].fd < 0 || !polled[1].revents)
			continue;
		notify("STOPPING=1");
		pidfd_send_signal(launcher, SIGTERM, NULL, 0);
		polled[1] = (struct pollfd){.fd = -1};
	}
	return 0;
}

int stack_stay(const struct stack_up *up, struct fault *why)
{
	scoped(fd) int signals = watch_signals();
	scoped(fd) int launcher = pidfd_open(up->launcher, 0);
	int status = 0, error = signals < 0 || launcher < 0 ? -errno : 0;

	if (error == 0) {
		notify("READY=1");
		error = wait_for(launcher, signals);
	}
	if (error < 0)
		return fault(why, error, nowhere, "cannot wait for the launcher");
	while (waitpid(up->launcher, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	fault(why, 0, nowhere, "the supervisor of stack '%s' died: its services run on without",
		up->plan->stack);
	fault_hint(why, "`bulkhead up` starts another, which adopts them");
	return -ECHILD;
}
