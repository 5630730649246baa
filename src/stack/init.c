/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/init.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "base/fault.h"
#include "enforce/launch.h"
#include "enforce/layers.h"
#include "enforce/phase.h"
#include "enforce/steps.h"
#include "plan/plan.h"
#include "stack/init_loop.h"
#include "stack/init_notify.h"
#include "stack/launch_step.h"

enum { FAILED = 125 };

/* Say what failed where the launcher reads it, and end. */
static __attribute__((noreturn)) void fail(struct enforce_launch *launch, const struct fault *why)
{
	launch->status->why = *why;
	launch->status->failed = true;
	_exit(FAILED);
}

/* Nothing happens before the launcher has written the maps; when it dies instead, so does this. */
static void wait_for_gate(struct enforce_launch *launch)
{
	char byte, name[16];

	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	/* For who looks with ps or top: all inits have the launcher's arguments. */
	snprintf(name, sizeof(name), "%s:%s", launch->enters ? "exec" : "init",
		launch->service->name);
	prctl(PR_SET_NAME, name);
	close(launch->gate[1]);
	/* A command is in no pid namespace that ends with this process: the guard ends both. */
	if (launch->enters)
		close(launch->guard.pipe);
	ssize_t got;
	do
		got = read(launch->gate[0], &byte, 1);
	while (got < 0 && errno == EINTR);
	if (got != 1)
		_exit(FAILED);
}

/* Between the change of ids, which cleared the death signal, and its renewal the launcher may
 * have died: then the gate has lost its other end. */
static void check_launcher(struct enforce_launch *launch)
{
	struct pollfd gate = {.fd = launch->gate[0], .events = POLLIN};

	if (poll(&gate, 1, 0) > 0 && (gate.revents & POLLHUP))
		_exit(FAILED);
}

static __attribute__((noreturn)) void be_service(struct enforce_launch *launch, struct fault *why)
{
	/* A mark that the launcher can read in its own terms: the owner of a description that
	 * both hold is translated to the reader's pid namespace. */
	fcntl(launch->gate[0], F_SETOWN, getpid());
	close(launch->exec_pipe[0]);
	close(launch->init_pipe[1]);
	if (launch->phase_pair[0] >= 0)
		close(launch->phase_pair[0]);
	enforce_walk(launch, ENFORCE_SERVICE, stack_launch_step, why);
	fail(launch, why);
}

/* The pipe ends of the service must not stay open here, or their ends are never seen. */
static int close_rest(struct enforce_launch *launch, int signals)
{
	int kept[16] = {launch->status_pipe[1], launch->exec_pipe[0], launch->init_pipe[1],
		launch->log, launch->router, launch->log_folder, launch->exit_record, signals,
		launch->phase_pair[0], launch->notify};
	size_t count = 10;
	bool used[3] = {false};

	for (size_t i = 0; i < launch->relay_count; i++) {
		kept[count++] = launch->relays[i].from;
		kept[count++] = launch->relays[i].to;
		for (int j = 0; j < 3; j++)
			used[j] =
				used[j] || launch->relays[i].from == j || launch->relays[i].to == j;
	}
	int error = descriptor_keep(3, kept, count);
	for (int i = 0; i < 3; i++)
		if (!used[i])
			close(i);
	return error;
}

/* Until the service's exec, which may be one of the calls that wait for an answer. */
static void await_exec(const struct enforce_launch *launch)
{
	struct pollfd waits[] = {{.fd = launch->exec_pipe[0], .events = POLLIN},
		{.fd = launch->phase_listener, .events = POLLIN}};

	while (!waits[0].revents)
		if (poll(waits, 2, -1) > 0 && waits[1].revents & POLLIN)
			enforce_phase_answer(launch->phase_listener);
}

/* When the service's program runs the launch is complete, and outlives its launcher: but not in the
 * foreground, where nobody would know of it any more. */
static void let_go(struct enforce_launch *launch)
{
	/* The service waits for this, and ends without it. */
	descriptor_write(launch->init_pipe[1], "c", 1);
	close(launch->init_pipe[1]);
	await_exec(launch);
	if (launch->status->failed)
		_exit(FAILED);
	if (!launch->foreground)
		prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0);
	close(launch->exec_pipe[0]);
	launch->status->complete = true;
	munmap(launch->status, sizeof(*launch->status));
	close(launch->status_pipe[1]);
}

static int watch_signals(struct fault *why)
{
	static const struct where nowhere;
	sigset_t all, watched;
	int fd;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	/* pid 1 gets only signals that it handles; a blocked one counts and waits here. */
	stack_init_signals(&watched);
	fd = signalfd(-1, &watched, SFD_CLOEXEC);
	return fd < 0 ? fault(why, -errno, nowhere, "cannot watch signals") : fd;
}

void stack_init(struct enforce_launch *launch)
{
	struct fault why = {0};

	wait_for_gate(launch);
	if (enforce_walk(launch, ENFORCE_INIT, stack_launch_step, &why) < 0)
		fail(launch, &why);
	int signals = watch_signals(&why);
	if (signals < 0)
		fail(launch, &why);
	if (pipe2(launch->exec_pipe, O_CLOEXEC) < 0 || pipe2(launch->init_pipe, O_CLOEXEC) < 0) {
		fault(&why, -errno, launch->service->where, "init: cannot make a pipe");
		fail(launch, &why);
	}
	launch->notify = stack_init_notify_open(launch, &why);
	if (launch->notify < -1 || enforce_phase_prepare(launch, &why) < 0)
		fail(launch, &why);
	check_launcher(launch);
	pid_t service = fork();
	if (service < 0) {
		fault(&why, -errno, launch->service->where, "init: cannot fork the service");
		fail(launch, &why);
	}
	if (service == 0)
		be_service(launch, &why);
	enforce_forget_secrets(launch);
	int error = close_rest(launch, signals);
	if (error < 0) {
		fault(&why, error, launch->service->where, "init: cannot close descriptors");
		fail(launch, &why);
	}
	if (enforce_phase_take(launch, &why) < 0)
		fail(launch, &why);
	if (stack_init_confine(launch->service, launch->log_folder, EPERM, &why) < 0)
		fail(launch, &why);
	let_go(launch);
	stack_init_loop(launch, service, signals);
}
