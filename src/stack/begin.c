/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/begin.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
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
#include "base/signals.h"
#include "enforce/inherited.h"
#include "plan/plan.h"
#include "stack/launcher.h"
#include "stack/log.h"
#include "stack/up.h"
#include "stack/up_step.h"

static const struct where nowhere;

/* It stays for long: it holds nothing of the caller's, neither files nor keys nor its folder. */
static bool leave_caller(void)
{
	return setsid() >= 0 && chdir("/") == 0 && enforce_leave_keys() == 0;
}

static __attribute__((noreturn)) void become_launcher(
	const struct stack_begin *begin, pid_t up, int news)
{
	const int kept[] = {begin->folder, begin->lock, begin->guard, news};
	struct fault why = {0};

	/* Until `up` is content: a launch that hangs must not outlive who would have undone it. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != up)
		_exit(4);
	prctl(PR_SET_NAME, "launcher");
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
		_exit(stack_launcher(begin, news));
	}
	_exit(4);
}

/* The launch that it is at ends with it, and its cgroup. */
static void end(pid_t launcher)
{
	kill(launcher, SIGKILL);
	while (waitpid(launcher, NULL, 0) < 0 && errno == EINTR)
		;
}

static int died(const struct stack_begin *begin, struct fault *why)
{
	const char *stack = begin->up->plan->stack;

	return fault(why, -ECHILD, nowhere,
		"the supervisor died before it could serve stack '%s'; its log is "
		"%s/%s/supervisor.log",
		stack, STACK_LOG_FOLDER, stack);
}

/* One word of who was forked, whole. */
static int hear(const struct stack_begin *begin, int news, int signals, struct fault *why)
{
	struct pollfd polled[] = {
		{.fd = news, .events = POLLIN}, {.fd = signals, .events = POLLIN}};
	struct stack_begun begun = {0};
	ssize_t got;

	while (poll(polled, 2, -1) < 0)
		if (errno != EINTR)
			return fault(why, -errno, nowhere, "cannot wait for the supervisor");
	if (polled[1].revents) {
		fault(why, 0, nowhere, "told to give up before services were launched");
		return -EINTR;
	}
	do
		got = read(news, &begun, sizeof(begun));
	while (got < 0 && errno == EINTR);
	if (got != sizeof(begun))
		return died(begin, why);
	if (begun.code == 0)
		return 0;
	begun.file[sizeof(begun.file) - 1] = '\0';
	begun.why.where.file = begun.file[0] ? arena_text(begin->arena, begun.file) : NULL;
	if (why)
		*why = begun.why;
	return begun.code < 0 ? begun.code : -EIO;
}

pid_t stack_begin(const struct stack_begin *begin, struct fault *why)
{
	const sigset_t set = signals_to_give_up();
	int pipes[2];

	scoped(fd) int signals = signalfd(-1, &set, SFD_CLOEXEC);
	if (signals < 0 || pipe2(pipes, O_CLOEXEC) < 0)
		return fault(why, -errno, nowhere, "cannot make a pipe");
	scoped(fd) int news = pipes[0];
	const pid_t up = getpid();
	/* Each launch forks the launcher three times, which costs by the page that it has: what
	 * reading and writing left free goes back first. */
	malloc_trim(0);
	pid_t launcher = fork();
	if (launcher == 0)
		become_launcher(begin, up, pipes[1]);
	int error = launcher < 0 ? -errno : 0;
	close(pipes[1]);
	if (error < 0)
		return fault(why, error, nowhere, "cannot fork the launcher");
	stack_up_step(begin->up, STACK_UP_FORKED);
	error = hear(begin, news, signals, why);
	if (error < 0)
		end(launcher);
	return error < 0 ? error : launcher;
}
