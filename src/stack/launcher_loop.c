/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "plan/plan.h"
#include "stack/launch.h"
#include "stack/launcher.h"

/* Inits that are our children; others have another parent.  Commands are reaped by who waits for
 * them. */
static void reap(struct launcher *launcher)
{
	for (size_t i = 0; i < launcher->start.plan->service_count; i++)
		if (launcher->services[i].pid > 0)
			waitpid(launcher->services[i].pid, NULL, WNOHANG);
	for (size_t i = 0; i < STACK_RELAYS; i++)
		if (launcher->relays[i].pid > 0)
			waitpid(launcher->relays[i].pid, NULL, WNOHANG);
	for (size_t i = 0; i < STACK_LEAVING; i++)
		if (launcher->start.leaving[i].pid > 0 &&
			waitpid(launcher->start.leaving[i].pid, NULL, WNOHANG) > 0)
			launcher->start.leaving[i].pid = 0;
}

/* False: this ends, with *@status. */
static bool take_signals(struct launcher *launcher, int signals, int *status)
{
	struct signalfd_siginfo info;
	bool stay = true;

	while (read(signals, &info, sizeof(info)) == sizeof(info))
		stay = stay && info.ssi_signo == SIGCHLD;
	reap(launcher);
	*status = stay ? 4 : 0;
	return stay && waitpid(launcher->supervisor, NULL, WNOHANG) == 0;
}

enum { CHANNEL, SIGNALS, OPENINGS, COMMANDS, STARTS = COMMANDS + LAUNCHER_COMMANDS };
enum { POLLED = STARTS + LAUNCHER_STARTS };

/* Returns for how long to wait at most. */
static int set_polled(struct launcher *launcher, int signals, struct pollfd polled[POLLED])
{
	const int later = launcher_open_later(launcher);

	polled[CHANNEL] = (struct pollfd){.fd = launcher->channel, .events = POLLIN};
	polled[SIGNALS] = (struct pollfd){.fd = signals, .events = POLLIN};
	polled[OPENINGS] = (struct pollfd){.fd = launcher->start.openings, .events = POLLIN};
	if (later)
		polled[OPENINGS].fd = -1;
	/* A launch copies what is open: until it is done, the resolver waits, and nobody for it. */
	for (size_t i = 0; i < LAUNCHER_STARTS; i++)
		if (launcher->starts[i].starting.launching)
			polled[OPENINGS].fd = -1;
	for (size_t i = 0; i < LAUNCHER_COMMANDS; i++)
		polled[COMMANDS + i] =
			(struct pollfd){.fd = launcher->commands[i].pidfd, .events = POLLIN};
	for (size_t i = 0; i < LAUNCHER_STARTS; i++) {
		const struct stack_launching *launching = launcher->starts[i].starting.launching;

		polled[STARTS + i] = (struct pollfd){
			.fd = launching ? stack_launch_channel(launching) : -1, .events = POLLIN};
	}
	return later ? later : -1;
}

static void take_ended(struct launcher *launcher, const struct pollfd polled[POLLED])
{
	for (size_t i = 0; i < LAUNCHER_COMMANDS; i++)
		if (launcher->commands[i].pidfd >= 0 && polled[COMMANDS + i].revents)
			launcher_command_ended(launcher, &launcher->commands[i]);
	for (size_t i = 0; i < LAUNCHER_STARTS; i++)
		if (launcher->starts[i].starting.launching && polled[STARTS + i].revents)
			launcher_started(launcher, &launcher->starts[i]);
}

int launcher_loop(struct launcher *launcher, int signals)
{
	struct pollfd polled[POLLED];
	struct stack_request request;
	int status;

	for (;;) {
		int patience = set_polled(launcher, signals, polled);

		if (poll(polled, POLLED, patience) < 0) {
			if (errno != EINTR)
				return 4;
			continue;
		}
		take_ended(launcher, polled);
		if (polled[SIGNALS].revents && !take_signals(launcher, signals, &status))
			return status;
		if (polled[OPENINGS].revents)
			launcher_open(launcher);
		if (!polled[CHANNEL].revents)
			continue;
		if (stack_channel_request(launcher->channel, &request) != 1)
			return 4;
		launcher_serve(launcher, &request);
	}
}
