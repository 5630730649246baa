/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "plan/plan.h"
#include "stack/supervised.h"

enum {
	LOOK_AGAIN = 50, /* ms, at a client that reads slowly, and for who has to stay ready */
	STEADY = 1000,   /* ms: so long who had to be started again */
};

/* False: its socket is full; later. */
static bool say(struct supervised_client *client, const struct stack_news *news)
{
	return send(client->fd, news, sizeof(*news), MSG_NOSIGNAL) >= 0 || errno != EAGAIN;
}

static bool say_of(struct supervised_client *client, enum stack_news_kind kind, const char *service)
{
	struct stack_news news = {.kind = kind};

	snprintf(news.service, sizeof(news.service), "%s", service);
	return say(client, &news);
}

static bool say_failed(
	struct supervised_client *client, const char *service, const struct fault *why)
{
	struct stack_news news = {.kind = STACK_NEWS_FAILED, .why = *why};

	snprintf(news.service, sizeof(news.service), "%s", service);
	snprintf(news.file, sizeof(news.file), "%s", why->where.file ? why->where.file : "");
	news.why.where.file = NULL;
	client->failed = say(client, &news);
	return client->failed;
}

/* As far as it gets, and its phase of start-up behind it.  Who ended has to stay this time: some
 * daemons listen for a moment before they find what they lack. */
static bool content(const struct supervisor *supervisor, size_t index)
{
	const struct schedule_view view = schedule_view(supervisor->schedule, index);

	if (view.state != SCHEDULE_READY)
		return schedule_content(supervisor->schedule, index);
	return supervisor->services[index].phase == PHASE_ENDED &&
	       (view.restarts == 0 || supervisor->now - view.since >= STEADY);
}

/* Of one service: 2 when others may start that wait for it.  True: it came further, or others wait
 * for its work, which takes its time. */
static bool progress(struct supervisor *supervisor, struct supervised_client *client, size_t index)
{
	const struct schedule_view view = schedule_view(supervisor->schedule, index);
	const char *name = supervisor->plan->services[index].name;
	uint8_t before = client->told[index];
	bool anew = client->verb == STACK_CONTROL_UP || view.starts > client->starts[index];

	if (client->told[index] == 0 && anew &&
		(view.state == SCHEDULE_RUNNING || view.state == SCHEDULE_READY ||
			(view.state == SCHEDULE_ENDED && view.success)) &&
		say_of(client, STACK_NEWS_STARTED, name))
		client->told[index] = 1;
	if (client->told[index] < 2 && anew && schedule_content(supervisor->schedule, index) &&
		(client->told[index] == 0 || say_of(client, STACK_NEWS_READY, name)))
		client->told[index] = 2;
	return client->told[index] > before ||
	       (view.state == SCHEDULE_RUNNING &&
		       supervisor->plan->services[index].life.job.kind == PLAN_JOB_ONCE);
}

static bool there(
	const struct supervisor *supervisor, const struct supervised_client *client, size_t index)
{
	return client->told[index] == 2 && content(supervisor, index);
}

/* The first that keeps the client waiting; the number of services when none does. */
static size_t waits_for(const struct supervisor *supervisor, const struct supervised_client *client,
	bool lost, struct fault *why)
{
	size_t i = 0;

	for (; i < supervisor->plan->service_count; i++) {
		if (!client->wanted[i] || there(supervisor, client, i))
			continue;
		if (!lost || supervisor_lost(supervisor, i, why))
			break;
	}
	return i;
}

static bool relays_there(const struct supervisor *supervisor)
{
	bool there = true;

	for (size_t i = 0; i < STACK_RELAYS; i++)
		there = there &&
			(!supervisor->relays[i].wanted || supervisor->relays[i].pidfd >= 0);
	return there;
}

/* Why one of them could not be started; NULL: none has failed. */
static const struct fault *relay_failed(const struct supervisor *supervisor)
{
	for (size_t i = 0; i < STACK_RELAYS; i++)
		if (supervisor->relays[i].pidfd < 0 && supervisor->relays[i].why.code < 0)
			return &supervisor->relays[i].why;
	return NULL;
}

static bool say_done(struct supervisor *supervisor, struct supervised_client *client)
{
	struct stack_news news = {.kind = STACK_NEWS_DONE, .changed = client->changed};

	/* Not before whoever watches over the launcher may go. */
	if (!supervisor->settled) {
		if (!supervisor->settling)
			supervisor_ask(supervisor, STACK_SETTLE, STACK_WHOLE, 0);
		supervisor->settling = true;
		return false;
	}
	client->done = say(client, &news);
	return client->done;
}

static void tell_service(
	struct supervisor *supervisor, struct supervised_client *client, size_t index)
{
	if (progress(supervisor, client, index))
		client->until = supervisor->now + client->within * INT64_C(1000);
}

/* What has become ready is told before what was started since. */
static void tell_services(struct supervisor *supervisor, struct supervised_client *client)
{
	const size_t count = supervisor->plan->service_count;

	for (size_t i = 0; i < count; i++)
		if (client->wanted[i] && client->told[i] == 1)
			tell_service(supervisor, client, i);
	for (size_t i = 0; i < count; i++)
		if (client->wanted[i])
			tell_service(supervisor, client, i);
}

static void tell_progress(struct supervisor *supervisor, struct supervised_client *client)
{
	size_t count = supervisor->plan->service_count, index;
	struct fault why = {0};

	tell_services(supervisor, client);
	if (client->verb == STACK_CONTROL_UP && relay_failed(supervisor)) {
		say_failed(client, "", relay_failed(supervisor));
		return;
	}
	index = waits_for(supervisor, client, true, &why);
	if (index < count) {
		say_failed(client, supervisor->plan->services[index].name, &why);
		return;
	}
	index = waits_for(supervisor, client, false, NULL);
	if (index == count && (client->verb != STACK_CONTROL_UP || relays_there(supervisor))) {
		say_done(supervisor, client);
	} else if (index < count && supervisor->now >= client->until) {
		supervisor_late(supervisor, client, index, &why);
		say_failed(client, supervisor->plan->services[index].name, &why);
	}
}

/* What was in the way once is not told of who is well. */
static bool is_amiss(const struct schedule_view *view)
{
	return view->state == SCHEDULE_RUNNING || view->unhealthy > 0;
}

static bool say_state(
	const struct supervisor *supervisor, struct supervised_client *client, size_t index)
{
	const struct schedule_view view = schedule_view(supervisor->schedule, index);
	struct stack_news news = {.kind = STACK_NEWS_STATE,
		.state = view.state,
		.restarts = view.restarts,
		.unhealthy = view.unhealthy,
		.left = view.until > supervisor->now ? view.until - supervisor->now : -1};
	const struct supervised *service = &supervisor->services[index];

	snprintf(news.service, sizeof(news.service), "%s", supervisor->plan->services[index].name);
	snprintf(news.text, sizeof(news.text), "%.150s",
		view.waits_for       ? view.waits_for
		: service->pidfd < 0 ? service->ended
		: is_amiss(&view)    ? service->why.text
				     : "");
	return say(client, &news);
}

static void tell_state(struct supervisor *supervisor, struct supervised_client *client)
{
	const struct stack_news news = {.kind = STACK_NEWS_DONE};

	while (client->cursor < supervisor->plan->service_count) {
		if (!say_state(supervisor, client, client->cursor))
			return;
		client->cursor++;
	}
	client->done = say(client, &news);
}

/* All that was given up has ended, or there is nothing more to say. */
static bool may_leave(const struct supervisor *supervisor, const struct supervised_client *client)
{
	if (!client->leaving)
		return client->done;
	for (size_t i = 0; client->mine && !client->done && i < supervisor->plan->service_count;
		i++)
		if (client->mine[i] && supervisor->services[i].pidfd >= 0)
			return false;
	return true;
}

static void leave(struct supervised_client *client)
{
	close(client->fd);
	if (client->arena)
		arena_free(client->arena);
	*client = (struct supervised_client){.fd = -1};
}

static int64_t tell_one(struct supervisor *supervisor, struct supervised_client *client)
{
	if (client->asked && !client->done && !client->failed && !client->leaving) {
		if (client->verb == STACK_CONTROL_STATE)
			tell_state(supervisor, client);
		else if (client->verb != STACK_CONTROL_PLAN)
			tell_progress(supervisor, client);
	}
	if (may_leave(supervisor, client)) {
		leave(client);
		return INT64_MAX;
	}
	if (!client->asked || client->failed || client->leaving)
		return INT64_MAX;
	return supervisor->now + LOOK_AGAIN;
}

int64_t supervisor_tell(struct supervisor *supervisor)
{
	int64_t next = INT64_MAX;

	for (size_t i = 0; i < SUPERVISED_CLIENTS; i++) {
		int64_t one = supervisor->clients[i].fd < 0
				      ? INT64_MAX
				      : tell_one(supervisor, &supervisor->clients[i]);

		if (one < next)
			next = one;
	}
	return next;
}
