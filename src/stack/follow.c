/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/follow.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/socket.h>

#include "base/fault.h"
#include "base/scoped.h"
#include "base/signals.h"
#include "plan/plan.h"

static const struct where nowhere;

static const struct plan_service *service_of(
	const struct stack_follow *follow, const struct stack_news *news)
{
	return news->service[0] ? plan_service(follow->plan, news->service) : NULL;
}

/* What is there shows by its ports; of who has none it is only known that it runs. */
static const char *word_of(const struct plan_service *service)
{
	if (service->life.job.kind == PLAN_JOB_ONCE)
		return "done";
	if (service->life.job.kind != PLAN_JOB_NONE)
		return "scheduled";
	return service->listen_count > 0 || service->life.ready.kind != PLAN_PROBE_NONE ? "ready"
											: "running";
}

/* 1: it is done. */
static int take(struct stack_follow *follow, const struct stack_news *news, struct fault *why)
{
	const struct plan_service *service = service_of(follow, news);

	switch (news->kind) {
	case STACK_NEWS_STARTED:
	case STACK_NEWS_READY:
		if (service && follow->say)
			follow->say(follow->context, service->name,
				news->kind == STACK_NEWS_READY ? word_of(service) : "started");
		return 0;
	case STACK_NEWS_FAILED:
		follow->failed = service ? service->name : NULL;
		return stack_control_failed(news, follow->arena, why);
	case STACK_NEWS_DONE:
		follow->changed = news->changed;
		return 1;
	default:
		return 0;
	}
}

static int gone(const struct stack_follow *follow, struct fault *why)
{
	return fault(why, -ECHILD, nowhere, "the supervisor died while it worked on stack '%s'",
		follow->stack);
}

static int told_to_stop(struct fault *why)
{
	fault(why, 0, nowhere, "told to give up before all was ready");
	return -EINTR;
}

static int listen_to(struct stack_follow *follow, int connection, int signals, struct fault *why)
{
	struct pollfd polled[] = {
		{.fd = connection, .events = POLLIN}, {.fd = signals, .events = POLLIN}};
	struct stack_news news;
	int result = 0;

	while (result == 0) {
		if (poll(polled, 2, -1) < 0) {
			if (errno == EINTR)
				continue;
			return fault(why, -errno, nowhere, "cannot wait for the supervisor");
		}
		if (polled[1].revents)
			return told_to_stop(why);
		if (!polled[0].revents)
			continue;
		int got = stack_control_next(connection, &news);
		if (got <= 0)
			return gone(follow, why);
		result = take(follow, &news, why);
	}
	return result < 0 ? result : 0;
}

/* What was asked for is taken back, which takes as long as services need to stop: until the other
 * side ends, or this is told to give up once more, since that may not answer at all. */
static void await_end(int connection, int signals)
{
	struct pollfd polled[] = {
		{.fd = connection, .events = POLLIN}, {.fd = signals, .events = POLLIN}};
	struct signalfd_siginfo told;
	struct stack_news news;

	while (read(signals, &told, sizeof(told)) > 0)
		;
	while (poll(polled, 2, -1) > 0 || errno == EINTR)
		if (polled[1].revents ||
			(polled[0].revents && stack_control_next(connection, &news) != 1))
			return;
}

int stack_follow(struct stack_follow *follow, struct fault *why)
{
	const sigset_t set = signals_to_give_up();

	scoped(fd) int signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	scoped(fd) int connection = stack_control_ask(follow->stack, follow->verb, follow->within,
		follow->number, follow->services, follow->service_count, why);
	if (connection < 0)
		return follow->begun && (connection == -ECONNREFUSED || connection == -EPIPE)
			       ? gone(follow, why)
			       : connection;
	int error = listen_to(follow, connection, signals, why);
	if (error == 0)
		return 0;
	shutdown(connection, SHUT_WR);
	await_end(connection, signals);
	return error;
}
