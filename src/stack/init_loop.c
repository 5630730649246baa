/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/init_loop.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "enforce/launch.h"
#include "enforce/phase.h"
#include "stack/init.h"
#include "stack/init_log.h"
#include "stack/init_notify.h"

static const int forwarded[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH};

enum {
	MOST_RELAYS = 3,
	FIXED = 4,      /* what is waited for besides relays */
	CHUNK = 4096,   /* what a pipe that polls writable takes at once */
	MOST_READS = 32 /* at the end: more than a pipe holds, which somebody else may fill on */
};

struct init {
	pid_t service;
	int signals, log_pipe, record;
	int listener; /* of the calls that end when the service is ready; -1: they have ended */
	int notify;   /* where the service says that it is ready; -1: it does not */
	bool ready;
	struct stack_init_log log;
	struct enforce_relay relays[MOST_RELAYS];
	bool full[MOST_RELAYS]; /* there is something to read; the other end must take it */
	size_t relay_count;
};

static char buffer[64 * 1024];

void stack_init_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGCHLD);
	sigaddset(set, STACK_INIT_READY);
	for (size_t i = 0; i < sizeof(forwarded) / sizeof(forwarded[0]); i++)
		sigaddset(set, forwarded[i]);
}

/* One read for each wake-up, so that a flood of output does not hold back signals. */
static bool copy_log(struct init *init)
{
	ssize_t got = read(init->log_pipe, buffer, sizeof(buffer));

	if (got > 0)
		stack_init_log_write(&init->log, buffer, (size_t)got);
	else if (got == 0)
		init->log_pipe = -1;
	return got > 0;
}

static void copy_relay(struct init *init, size_t index)
{
	struct enforce_relay *relay = &init->relays[index];

	if (!init->full[index]) {
		init->full[index] = true;
		return;
	}
	ssize_t got = read(relay->from, buffer, CHUNK);
	if (got > 0 && descriptor_write(relay->to, buffer, (size_t)got) == 0) {
		init->full[index] = false;
		return;
	}
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	close(relay->from);
	close(relay->to);
	relay->from = -1;
}

/* True, with its status, when the service itself has ended. */
static bool reap(struct init *init, int *status)
{
	bool ended = false;
	int one;
	pid_t pid;

	while ((pid = waitpid(-1, &one, WNOHANG)) > 0)
		if (pid == init->service) {
			*status = one;
			ended = true;
		}
	return ended;
}

static void close_listener(struct init *init)
{
	if (init->listener >= 0)
		close(init->listener);
	init->listener = -1;
}

/*
 * For good: without a listener the kernel itself refuses the calls, also those
 * that wait.  The record comes after, so that who reads it may rely on it.
 */
static void end_phase(struct init *init)
{
	if (init->ready)
		return;
	init->ready = true;
	close_listener(init);
	if (init->record >= 0)
		descriptor_write(init->record, "ready\n", 6);
}

static void take_signal(struct init *init)
{
	struct signalfd_siginfo info;

	if (read(init->signals, &info, sizeof(info)) != sizeof(info))
		return;
	if ((int)info.ssi_signo == STACK_INIT_READY)
		end_phase(init);
	else if (info.ssi_signo != SIGCHLD)
		kill(init->service, (int)info.ssi_signo);
}

static void record_end(int record, int status)
{
	char line[32];
	int length = WIFSIGNALED(status)
			     ? snprintf(line, sizeof(line), "signal %d\n", WTERMSIG(status))
			     : snprintf(line, sizeof(line), "exit %d\n", WEXITSTATUS(status));

	if (record >= 0)
		descriptor_write(record, line, (size_t)length);
}

static void answer(struct init *init, int events)
{
	if (events & POLLIN)
		enforce_phase_answer(init->listener);
	else /* nobody is left who could ask */
		close_listener(init);
}

static size_t list(const struct init *init, struct pollfd waits[FIXED + MOST_RELAYS])
{
	size_t count = 0;

	waits[count++] = (struct pollfd){.fd = init->signals, .events = POLLIN};
	waits[count++] = (struct pollfd){.fd = init->log_pipe, .events = POLLIN};
	waits[count++] = (struct pollfd){.fd = init->listener, .events = POLLIN};
	waits[count++] = (struct pollfd){.fd = init->notify, .events = POLLIN};
	for (size_t i = 0; i < init->relay_count; i++) {
		const struct enforce_relay *relay = &init->relays[i];

		waits[count++] = relay->from < 0 ? (struct pollfd){.fd = -1}
				 : init->full[i]
					 ? (struct pollfd){.fd = relay->to, .events = POLLOUT}
					 : (struct pollfd){.fd = relay->from, .events = POLLIN};
	}
	return count;
}

static bool readable(int fd)
{
	struct pollfd wait = {.fd = fd, .events = POLLIN};

	return fd >= 0 && poll(&wait, 1, 0) > 0;
}

/*
 * The service is its first process: what that leaves behind ends with it, and
 * cannot hold back its end by writing, or by holding a pipe open.
 */
static void end_others(const struct enforce_launch *launch)
{
	/* Without a namespace of its own these would be everybody's processes, and a command's
	 * keeper is in the host's: the cgroup does it then. */
	if (launch->enters || enforce_leaves_out(launch, LAYER_NAMESPACES))
		return;
	kill(-1, SIGKILL);
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		;
}

/* What the service said last is still in its pipes. */
static void drain(struct init *init)
{
	for (int i = 0; i < MOST_READS && readable(init->log_pipe); i++)
		copy_log(init);
	for (size_t i = 0; i < init->relay_count; i++)
		for (int j = 0; j < MOST_READS && init->relays[i].from > 2 &&
				readable(init->relays[i].from);
			j++) {
			init->full[i] = true;
			copy_relay(init, i);
		}
}

void stack_init_loop(struct enforce_launch *launch, pid_t service, int signals)
{
	struct init init = {.service = service,
		.signals = signals,
		.log_pipe = launch->log,
		.record = launch->exit_record,
		.listener = launch->phase_listener,
		.notify = launch->notify,
		.relay_count = launch->relay_count};
	struct pollfd waits[FIXED + MOST_RELAYS];
	int status = 0;

	for (size_t i = 0; i < init.relay_count; i++)
		init.relays[i] = launch->relays[i];
	stack_init_log_open(&init.log, launch->log_folder);
	while (!reap(&init, &status)) {
		size_t count = list(&init, waits);

		if (poll(waits, count, -1) < 0)
			continue;
		if (waits[0].revents)
			take_signal(&init);
		if (waits[1].revents)
			copy_log(&init);
		if (waits[3].revents && stack_init_notify_take(init.notify))
			end_phase(&init);
		/* It may have been closed a moment ago. */
		if (waits[2].revents && init.listener >= 0)
			answer(&init, waits[2].revents);
		for (size_t i = FIXED; i < count; i++)
			if (waits[i].revents)
				copy_relay(&init, i - FIXED);
	}
	close_listener(&init);
	end_others(launch);
	drain(&init);
	record_end(launch->exit_record, status);
	_exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
}
