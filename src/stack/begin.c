/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/begin.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/descriptor.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "enforce/inherited.h"
#include "plan/plan.h"
#include "stack/log.h"
#include "stack/supervisor.h"
#include "stack/up.h"
#include "stack/up_step.h"

static const struct where nowhere;

/* It stays for long: it holds nothing of the caller's, neither files nor keys nor its folder. */
static bool leave_caller(void)
{
	return setsid() >= 0 && chdir("/") == 0 && enforce_leave_keys() == 0;
}

static __attribute__((noreturn)) void become_supervisor(
	const struct stack_begin *begin, pid_t up, int news)
{
	const int kept[] = {begin->folder, begin->lock, begin->guard, news};
	struct fault why = {0};

	/* Until all is launched: a launch that hangs must not outlive who would have undone it. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != up)
		_exit(4);
	prctl(PR_SET_NAME, "supervisor");
	umask(022);
	sigprocmask(SIG_SETMASK, &begin->before, NULL);
	if (descriptor_keep(3, kept, sizeof(kept) / sizeof(kept[0])) < 0)
		_exit(4);
	int log = stack_log_supervisor(begin->up->plan->stack, &why);
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (log >= 0 && null >= 0 && dup2(null, 0) == 0 && dup2(log, 1) == 1 && dup2(log, 2) == 2 &&
		leave_caller()) {
		close(log);
		close(null);
		_exit(stack_supervise(begin, news));
	}
	_exit(4);
}

/* The launch that it is at ends with it, and its cgroup. */
static int break_off(pid_t supervisor, struct fault *why)
{
	kill(supervisor, SIGKILL);
	while (waitpid(supervisor, NULL, 0) < 0 && errno == EINTR)
		;
	fault(why, 0, nowhere, "told to give up while services were launched");
	return -EINTR;
}

static int died(const struct stack_begin *begin, struct fault *why)
{
	const char *stack = begin->up->plan->stack;

	return fault(why, -ECHILD, nowhere,
		"the supervisor died while it launched stack '%s'; its log is "
		"%s/%s/supervisor.log",
		stack, STACK_LOG_FOLDER, stack);
}

/* 1: it is done. */
static int take(const struct stack_begin *begin, struct stack_news *item, struct fault *why)
{
	struct stack_up *up = begin->up;

	if (item->kind == STACK_NEWS_DONE)
		return 1;
	if (item->kind == STACK_NEWS_STARTED) {
		if (up->say)
			up->say(up->context, item->service, "started");
		return 0;
	}
	item->why.where.file = item->file[0] ? arena_text(begin->arena, item->file) : NULL;
	if (why)
		*why = item->why;
	return item->why.code < 0 ? item->why.code : -EIO;
}

static int listen_to(
	const struct stack_begin *begin, pid_t supervisor, int news, int signals, struct fault *why)
{
	struct pollfd polled[] = {
		{.fd = news, .events = POLLIN}, {.fd = signals, .events = POLLIN}};
	struct stack_news item;
	size_t length = 0;
	int result = 0;

	while (result == 0) {
		if (poll(polled, 2, -1) < 0) {
			if (errno == EINTR)
				continue;
			return fault(why, -errno, nowhere, "cannot wait for the supervisor");
		}
		if (polled[1].revents)
			return break_off(supervisor, why);
		if (!polled[0].revents)
			continue;
		ssize_t got = read(news, (char *)&item + length, sizeof(item) - length);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return died(begin, why);
		length += (size_t)got;
		if (length < sizeof(item))
			continue;
		length = 0;
		result = take(begin, &item, why);
	}
	return result < 0 ? result : 0;
}

int stack_begin(const struct stack_begin *begin, struct fault *why)
{
	sigset_t set;
	int pipes[2];

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	scoped(fd) int signals = signalfd(-1, &set, SFD_CLOEXEC);
	if (signals < 0 || pipe2(pipes, O_CLOEXEC) < 0)
		return fault(why, -errno, nowhere, "cannot make a pipe");
	scoped(fd) int news = pipes[0];
	const pid_t up = getpid();
	pid_t supervisor = fork();
	if (supervisor == 0)
		become_supervisor(begin, up, pipes[1]);
	int error = supervisor < 0 ? -errno : 0;
	close(pipes[1]);
	if (error < 0)
		return fault(why, error, nowhere, "cannot fork the supervisor");
	stack_up_step(begin->up, STACK_UP_FORKED);
	return listen_to(begin, supervisor, news, signals, why);
}
