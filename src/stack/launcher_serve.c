/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/scoped.h"
#include "plan/plan.h"
#include "stack/begin.h"
#include "stack/launcher.h"
#include "stack/log.h"
#include "stack/phase.h"
#include "stack/ready.h"
#include "stack/state.h"
#include "stack/up.h"
#include "stack/up_step.h"

static const struct where nowhere;

struct reply {
	struct stack_answer answer;
	int fds[STACK_ANSWER_FDS];
	size_t count;
	bool later; /* whoever does it answers itself */
};

static bool is_relay(const struct stack_request *request)
{
	return request->service != STACK_WHOLE && request->service >= STACK_RELAY(STACK_RELAYS - 1);
}

static enum gateway_part part_of(const struct stack_request *request)
{
	return (enum gateway_part)(STACK_RELAY(0) - request->service);
}

static struct stack_member *member_of(
	struct launcher *launcher, const struct stack_request *request)
{
	return is_relay(request) ? &launcher->relays[part_of(request)]
				 : &launcher->services[request->service];
}

static const struct plan_service *service_of(
	const struct launcher *launcher, const struct stack_request *request)
{
	return &launcher->start.plan->services[request->service];
}

static void give(struct reply *reply, int fd)
{
	if (fd >= 0)
		reply->fds[reply->count++] = fd;
}

static void give_record(
	struct launcher *launcher, const struct stack_request *request, struct reply *reply)
{
	if (!is_relay(request))
		give(reply, stack_record_open(
				    launcher->start.folder, service_of(launcher, request)->name));
}

static int find(struct launcher *launcher, const struct stack_request *request, struct reply *reply,
	struct fault *why)
{
	const struct stack_member *member = member_of(launcher, request);
	int pidfd = stack_member_open(member);

	(void)why;
	reply->answer.known = member->pid > 0;
	reply->answer.alive = pidfd >= 0;
	reply->answer.since = member->since;
	give(reply, pidfd);
	if (reply->answer.known)
		give_record(launcher, request, reply);
	return 0;
}

static int start_relay(struct launcher *launcher, const struct stack_request *request,
	struct reply *reply, struct fault *why)
{
	struct stack_member started = *member_of(launcher, request);
	int pidfd = -1;
	int error = stack_start_relay(&launcher->start, part_of(request), &started, &pidfd, why);

	if (error < 0)
		return error;
	*member_of(launcher, request) = started;
	give(reply, pidfd);
	stack_up_step(launcher->begin->up, STACK_UP_GATEWAY);
	return 0;
}

static int start(struct launcher *launcher, const struct stack_request *request,
	struct reply *reply, struct fault *why)
{
	struct stack_member *member = member_of(launcher, request);

	/* Twice at once would be two of them; but a relay of another plan is succeeded. */
	if (stack_member_alive(member) &&
		!(is_relay(request) && stack_start_succeeds(&launcher->start, member)))
		return fault(why, -EEXIST, nowhere, "it runs already");
	if (member->pid > 0)
		waitpid(member->pid, NULL, WNOHANG);
	if (is_relay(request))
		return start_relay(launcher, request, reply, why);
	reply->later = true;
	return launcher_start(launcher, request, why);
}

static int send_signal(struct launcher *launcher, const struct stack_request *request,
	struct reply *reply, struct fault *why)
{
	scoped(fd) int pidfd = stack_member_open(member_of(launcher, request));

	(void)reply;
	if (request->number < 1 || request->number >= NSIG)
		return fault(why, -EINVAL, nowhere, "there is no signal %u", request->number);
	/* It ended by itself: that is what its pidfd says. */
	if (pidfd >= 0)
		pidfd_send_signal(pidfd, (int)request->number, NULL, 0);
	return 0;
}

static int look(struct launcher *launcher, const struct stack_request *request, struct reply *reply,
	struct fault *why)
{
	const struct stack_member *member = member_of(launcher, request);

	(void)reply;
	return stack_ready(launcher->state, service_of(launcher, request), member->pid, why)
		       ? 0
		       : -EAGAIN;
}

static int end_phase(struct launcher *launcher, const struct stack_request *request,
	struct reply *reply, struct fault *why)
{
	const struct plan_service *service = service_of(launcher, request);
	const struct stack_member *member = member_of(launcher, request);
	scoped(fd) int pidfd = stack_member_open(member);

	(void)reply;
	if (pidfd >= 0 && !request->number && service->ending_count > 0 &&
		!stack_phase_at_rest(service, member->process))
		return -EAGAIN;
	return pidfd < 0 ? 0 : stack_phase_end(service, pidfd, why);
}

static int run_probe(struct launcher *launcher, const struct stack_request *request,
	struct reply *reply, struct fault *why)
{
	reply->later = true;
	return launcher_probe(launcher, request, why);
}

/* From here on nobody undoes what was begun. */
static int settle(struct launcher *launcher, const struct stack_request *request,
	struct reply *reply, struct fault *why)
{
	const struct stack_begin *begin = launcher->begin;

	(void)request;
	(void)reply;
	/* Their numbers may be somebody else's by then. */
	if (launcher->settled)
		return fault(why, -EALREADY, nowhere, "it is settled");
	launcher->settled = true;
	/* In the foreground it still ends with `up`, and leaves the services. */
	prctl(PR_SET_PDEATHSIG, begin->up->foreground ? SIGTERM : 0);
	close(begin->lock);
	close(begin->guard);
	stack_up_step(begin->up, STACK_UP_SETTLED);
	return 0;
}

static bool same_services(const struct plan *left, const struct plan *right)
{
	if (left->service_count != right->service_count)
		return false;
	for (size_t i = 0; i < left->service_count; i++)
		if (strcmp(left->services[i].name, right->services[i].name) != 0)
			return false;
	return true;
}

/* Of the plan by which the resolver was started it goes on to speak. */
static void forget_plan(struct launcher *launcher)
{
	struct arena **kept = &launcher->asked_arena;

	if (launcher->start.asked != launcher->start.plan)
		kept = &launcher->plan_arena;
	if (*kept)
		arena_free(*kept);
	*kept = NULL;
	if (kept == &launcher->asked_arena)
		*kept = launcher->plan_arena;
}

static int change_plan(struct launcher *launcher, const struct stack_request *request,
	struct reply *reply, struct fault *why)
{
	struct stack_state *state = launcher->state;
	const struct plan *plan;

	state->generation = launcher->start.generation;
	/* Older ones stay for those that were launched by them: what was taken away is not given
	 * back because a supervisor asks for it. */
	if (request->number <= state->generation)
		return fault(why, -EALREADY, nowhere, "that plan counts already, or not any more");
	struct arena *arena = arena_new();
	plan = stack_state_plan(state, request->number, arena, why);
	if (!plan || !same_services(plan, launcher->start.plan)) {
		arena_free(arena);
		return plan ? fault(why, -EPROTO, nowhere, "it is of other services") : -EPROTO;
	}
	forget_plan(launcher);
	launcher->plan_arena = arena;
	launcher->start.plan = state->plan = plan;
	launcher->start.generation = request->number;
	give(reply, stack_state_open_plan(launcher->start.folder, request->number));
	return 0;
}

/* In the order of enum stack_verb. */
static const struct {
	int (*serve)(struct launcher *launcher, const struct stack_request *request,
		struct reply *reply, struct fault *why);
	bool of_service, of_relay; /* what it may be asked about; neither: the whole stack */
} verbs[STACK_VERBS] = {
	[STACK_FIND] = {find, true, true},
	[STACK_START] = {start, true, true},
	[STACK_SIGNAL] = {send_signal, true, true},
	[STACK_LOOK] = {look, true, false},
	[STACK_PROBE_READY] = {run_probe, true, false},
	[STACK_PROBE_HEALTHY] = {run_probe, true, false},
	[STACK_END_PHASE] = {end_phase, true, false},
	[STACK_SETTLE] = {settle, false, false},
	[STACK_PLAN] = {change_plan, false, false},
};

static bool allowed(const struct launcher *launcher, const struct stack_request *request)
{
	if (request->verb >= STACK_VERBS || !verbs[request->verb].serve)
		return false;
	if (request->service == STACK_WHOLE)
		return !verbs[request->verb].of_service && !verbs[request->verb].of_relay;
	if (is_relay(request))
		return verbs[request->verb].of_relay;
	return verbs[request->verb].of_service &&
	       request->service < launcher->start.plan->service_count;
}

void launcher_serve(struct launcher *launcher, const struct stack_request *request)
{
	struct reply reply = {.answer = {.request = *request}};
	struct fault *why = &reply.answer.why;

	/* In their order, and by the plan that they were begun with. */
	launcher_await_starts(launcher, request->service);
	if (allowed(launcher, request))
		reply.answer.code = verbs[request->verb].serve(launcher, request, &reply, why);
	else
		reply.answer.code = fault(why, -EPROTO, nowhere, "the launcher does no such thing");
	if (reply.answer.code < 0 || !reply.later)
		launcher_answer(launcher, &reply.answer, reply.fds, reply.count);
	for (size_t i = 0; i < reply.count; i++)
		close(reply.fds[i]);
}
