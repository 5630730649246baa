/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/foreground.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include "base/scoped.h"
#include "stack/launch.h"

static const int forwarded[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH};

static int wait_end(const struct stack_launched *launched, int signals, int *status)
{
	struct pollfd polled[] = {
		{.fd = launched->init_pidfd, .events = POLLIN},
		{.fd = signals, .events = POLLIN},
	};
	struct signalfd_siginfo signal;

	for (;;) {
		if (poll(polled, 2, -1) < 0) {
			if (errno == EINTR)
				continue;
			return -errno;
		}
		if (polled[1].revents && read(signals, &signal, sizeof(signal)) == sizeof(signal))
			pidfd_send_signal(launched->init_pidfd, (int)signal.ssi_signo, NULL, 0);
		if (!polled[0].revents)
			continue;
		if (waitpid(launched->init, status, 0) < 0)
			return -errno;
		*status = WIFSIGNALED(*status) ? 128 + WTERMSIG(*status) : WEXITSTATUS(*status);
		return 0;
	}
}

int stack_foreground(const struct stack_launched *launched, int *status)
{
	sigset_t set, before;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(forwarded) / sizeof(forwarded[0]); i++)
		sigaddset(&set, forwarded[i]);
	sigprocmask(SIG_BLOCK, &set, &before);
	scoped(fd) int signals = signalfd(-1, &set, SFD_CLOEXEC);
	int error = signals < 0 ? -errno : wait_end(launched, signals, status);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return error;
}
