/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>

#include "base/arena.h"
#include "base/descriptor.h"
#include "base/scoped.h"
#include "plan/plan.h"
#include "stack/begin.h"
#include "stack/log.h"
#include "stack/privilege.h"
#include "stack/start.h"
#include "stack/state.h"
#include "stack/stop.h"
#include "stack/up.h"
#include "stack/up_step.h"

/* Lines of its own log; its standard error is the log file. */
static void note(const char *service, const char *text)
{
	char stamp[32] = "";
	time_t now = time(NULL);
	struct tm broken;

	if (gmtime_r(&now, &broken))
		strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%SZ", &broken);
	dprintf(STDERR_FILENO, "%s %s: %s\n", stamp, service, text);
}

static void note_fault(const char *service, const struct fault *why)
{
	char sentence[FAULT_SENTENCE];

	note(service, fault_sentence(why, sentence, sizeof(sentence)));
}

static void tell(int news, enum stack_news_kind kind, const char *service, const struct fault *why)
{
	struct stack_news item = {.kind = kind};

	snprintf(item.service, sizeof(item.service), "%s", service);
	if (why) {
		item.why = *why;
		snprintf(
			item.file, sizeof(item.file), "%s", why->where.file ? why->where.file : "");
		item.why.where.file = NULL;
		note_fault(service, why);
	}
	/* `up` may be gone: the stack does not need it. */
	(void)descriptor_write(news, &item, sizeof(item));
}

static int start_network(struct stack_start *start, struct fault *why)
{
	int error = stack_start_router(start, why);

	if (error < 0)
		return error;
	stack_up_step(start->up, STACK_UP_ROUTER);
	error = stack_start_gateway(start, why);
	if (error == 0)
		error = stack_start_outlet(start, why);
	stack_up_step(start->up, STACK_UP_GATEWAY);
	return error;
}

static int launch_all(struct stack_start *start, const bool *wanted, int news, struct fault *why)
{
	const struct plan *plan = start->up->plan;
	int error = start_network(start, why);

	if (error < 0) {
		tell(news, STACK_NEWS_FAILED, "", why);
		return error;
	}
	for (size_t i = 0; i < plan->service_count; i++) {
		const struct plan_service *service = &plan->services[i];

		if (!wanted[i])
			continue;
		error = stack_start_service(start, service, why);
		if (error < 0) {
			tell(news, STACK_NEWS_FAILED, service->name, why);
			return error;
		}
		note(service->name, "started");
		tell(news, STACK_NEWS_STARTED, service->name, NULL);
		stack_up_step(start->up, STACK_UP_SERVICE);
	}
	return 0;
}

/* A member ended.  An adopted one is not our child: then its init's own record has to do. */
static void bury(const struct stack_state *state, const struct stack_member *member)
{
	scoped(arena) struct arena *arena = arena_new();
	const char *how = stack_exit_read(state->folder, member->name, arena);

	waitpid(member->pid, NULL, WNOHANG);
	note(member->name, arena_printf(arena, "ended: %s", how ? how : "no record"));
}

struct watched {
	const struct stack_member *member;
	int pidfd;
};

static size_t watch_members(const struct stack_state *state, struct watched *watched)
{
	size_t count = 0;

	for (size_t i = 0; i < state->service_count; i++) {
		int pidfd = stack_member_open(&state->services[i]);

		if (pidfd < 0)
			bury(state, &state->services[i]);
		else
			watched[count++] = (struct watched){&state->services[i], pidfd};
	}
	const struct stack_member *relays[] = {&state->gateway, &state->outlet};
	for (size_t i = 0; i < sizeof(relays) / sizeof(relays[0]); i++) {
		int pidfd = relays[i]->pid ? stack_member_open(relays[i]) : -1;

		if (pidfd >= 0)
			watched[count++] = (struct watched){relays[i], pidfd};
	}
	return count;
}

/* Until a signal says otherwise.  Returns the signal. */
static int watch(const struct stack_state *state, int signals, struct arena *arena)
{
	size_t most = state->service_count + 3;
	struct watched *watched = arena_alloc(arena, most * sizeof(*watched));
	struct pollfd *polled = arena_alloc(arena, most * sizeof(*polled));
	size_t count = watch_members(state, watched);
	struct signalfd_siginfo signal;

	for (;;) {
		polled[0] = (struct pollfd){.fd = signals, .events = POLLIN};
		for (size_t i = 0; i < count; i++)
			polled[i + 1] = (struct pollfd){.fd = watched[i].pidfd, .events = POLLIN};
		if (poll(polled, count + 1, -1) < 0 && errno != EINTR)
			return SIGHUP;
		if (polled[0].revents && read(signals, &signal, sizeof(signal)) == sizeof(signal) &&
			signal.ssi_signo != SIGCHLD)
			return (int)signal.ssi_signo;
		size_t kept = 0;
		for (size_t i = 0; i < count; i++) {
			if (!polled[i + 1].revents) {
				watched[kept++] = watched[i];
				continue;
			}
			bury(state, watched[i].member);
			close(watched[i].pidfd);
		}
		count = kept;
	}
}

static int block_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCHLD);
	signal(SIGPIPE, SIG_IGN);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

/* What was running before and what was launched now, as written down. */
static int supervise(const char *stack, struct fault *why)
{
	scoped(arena) struct arena *arena = arena_new();
	struct stack_state *state;
	int error = stack_state_read(stack, arena, &state, why);
	scoped(fd) int signals = block_signals();

	if (error == 0 && signals < 0)
		error = fault(why, -errno, (struct where){0}, "supervisor: cannot watch signals");
	if (error == 0)
		error = stack_drop_privileges(state, EPERM, why);
	if (error < 0)
		return error;
	note("supervisor", "watching");
	if (watch(state, signals, arena) == SIGTERM) {
		note("supervisor", "told to stop everything");
		stack_stop_members(state, STACK_STOP_SECONDS);
	}
	note("supervisor", "ends");
	return 0;
}

int stack_supervise(const struct stack_begin *begin, int news)
{
	scoped(arena) struct arena *arena = arena_new();
	const struct stack_up *up = begin->up;
	struct stack_start start = {
		.up = up, .folder = begin->folder, .router_user = -1, .router_network = -1};
	struct stack_state *state;
	struct stack_member self;
	struct fault why = {0};

	if (stack_state_read(up->plan->stack, arena, &state, &why) < 0) {
		tell(news, STACK_NEWS_FAILED, "", &why);
		return 4;
	}
	start.state = state;
	start.folder_name = state->folder;
	if (launch_all(&start, begin->wanted, news, &why) < 0)
		return 4;
	int error = stack_member_fill(&self, STACK_SUPERVISOR, "supervisor", getpid(), getpid());
	if (error < 0)
		fault(&why, error, (struct where){0}, "supervisor: cannot tell its start time");
	else
		error = stack_member_write(begin->folder, "supervisor.json", &self, &why);
	if (error < 0) {
		tell(news, STACK_NEWS_FAILED, "", &why);
		return 4;
	}
	stack_up_step(up, STACK_UP_LAUNCHED);
	/* The rest is for `up` to judge, and for its guard to undo when it dies. */
	prctl(PR_SET_PDEATHSIG, 0);
	close(begin->lock);
	close(begin->guard);
	tell(news, STACK_NEWS_DONE, "", NULL);
	close(news);
	if (supervise(up->plan->stack, &why) < 0) {
		note_fault("supervisor", &why);
		return 4;
	}
	return 0;
}
