/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/scoped.h"
#include "base/text.h"
#include "plan/plan.h"
#include "stack/state.h"
#include "stack/supervised.h"

static const struct where nowhere;

/* The socket is for root alone; who came by it is asked all the same. */
static bool is_root(int fd)
{
	struct ucred peer = {.uid = (uid_t)-1};
	socklen_t length = sizeof(peer);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 && peer.uid == 0;
}

void supervisor_accept(struct supervisor *supervisor)
{
	scoped(fd) int fd = accept4(supervisor->control, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd < 0 || !is_root(fd))
		return;
	for (size_t i = 0; i < SUPERVISED_CLIENTS; i++)
		if (supervisor->clients[i].fd < 0) {
			supervisor->clients[i] = (struct supervised_client){.fd = take_fd(&fd)};
			return;
		}
}

static void refuse(struct supervised_client *client, const struct fault *why)
{
	struct stack_news news = {.kind = STACK_NEWS_FAILED, .why = *why};

	send(client->fd, &news, sizeof(news), MSG_NOSIGNAL);
	client->failed = true;
}

static size_t find(const struct plan *plan, const char *name)
{
	size_t i = 0;

	while (i < plan->service_count && !text_equal(plan->services[i].name, name))
		i++;
	return i;
}

static void want_with_dependencies(
	const struct plan *plan, struct supervised_client *client, size_t service)
{
	const struct plan_life *life = &plan->services[service].life;

	if (client->wanted[service])
		return;
	client->wanted[service] = true;
	for (size_t i = 0; client->verb == STACK_CONTROL_UP && i < life->dependency_count; i++) {
		size_t other = find(plan, life->dependencies[i].service);

		if (other < plan->service_count)
			want_with_dependencies(plan, client, other);
	}
}

static bool read_names(struct supervisor *supervisor, struct supervised_client *client,
	const char *names, size_t length)
{
	const struct plan *plan = supervisor->plan;
	struct fault why = {0};

	for (size_t i = 0; length == 0 && i < plan->service_count; i++)
		client->wanted[i] = true;
	for (size_t at = 0; at < length; at += strlen(names + at) + 1) {
		if (!plan_service_named(plan, names + at)) {
			plan_no_service(plan, names + at, &why);
			refuse(client, &why);
			return false;
		}
		for (size_t i = 0; i < plan->service_count; i++)
			if (plan_service_called(&plan->services[i], names + at))
				want_with_dependencies(plan, client, i);
	}
	return true;
}

static void begin_up(struct supervisor *supervisor, struct supervised_client *client)
{
	for (size_t i = 0; i < supervisor->plan->service_count; i++) {
		enum schedule_state state = schedule_view(supervisor->schedule, i).state;
		bool content = schedule_content(supervisor->schedule, i);
		bool off = state == SCHEDULE_OFF || state == SCHEDULE_ENDED ||
			   state == SCHEDULE_FAILED;

		if (!client->wanted[i])
			continue;
		/* Also of those that ran: nobody is told that they are up while they are not. */
		client->told[i] = content ? 2 : off || state == SCHEDULE_BACKOFF ? 0 : 1;
		client->mine[i] = !content && off;
		client->changed = client->changed || !content;
		if (!content)
			schedule_want(supervisor->schedule, i);
	}
	for (size_t i = 0; i < STACK_RELAYS; i++) {
		struct supervised_relay *relay = &supervisor->relays[i];

		if (!relay->wanted || relay->pidfd >= 0)
			continue;
		client->changed = true;
		relay->until = 0;
		relay->why.code = 0;
	}
}

static void begin_restart(struct supervisor *supervisor, struct supervised_client *client)
{
	for (size_t i = 0; i < supervisor->plan->service_count; i++) {
		if (!client->wanted[i])
			continue;
		client->starts[i] = schedule_view(supervisor->schedule, i).starts;
		client->changed = true;
		schedule_restart(supervisor->schedule, i);
	}
}

static void begin(struct supervisor *supervisor, struct supervised_client *client,
	const struct stack_control_request *request)
{
	client->until = supervisor->now + request->within * INT64_C(1000);
	switch (client->verb) {
	case STACK_CONTROL_UP:
		begin_up(supervisor, client);
		break;
	case STACK_CONTROL_RESTART:
		begin_restart(supervisor, client);
		break;
	case STACK_CONTROL_PLAN:
		supervisor_ask(supervisor, STACK_PLAN, STACK_WHOLE, request->number);
		break;
	default:
		break;
	}
}

static void take_request(struct supervisor *supervisor, struct supervised_client *client,
	struct stack_control_request *request, size_t length)
{
	size_t head = offsetof(struct stack_control_request, names);
	size_t services = supervisor->plan->service_count + 1;
	struct fault why = {0};

	if (length < head || request->version != STACK_STATE_VERSION ||
		request->verb > STACK_CONTROL_PLAN) {
		fault(&why, -EPROTO, nowhere, "the supervisor does not know this request");
		refuse(client, &why);
		return;
	}
	client->verb = request->verb;
	client->within = request->within;
	client->wanted = arena_alloc(client->arena, services * sizeof(bool));
	client->mine = arena_alloc(client->arena, services * sizeof(bool));
	client->starts = arena_alloc(client->arena, services * sizeof(uint64_t));
	client->told = arena_alloc(client->arena, services);
	if (length > head)
		request->names[length - head - 1] = '\0';
	client->asked = read_names(supervisor, client, request->names, length - head);
	if (client->asked)
		begin(supervisor, client, request);
}

/* What was asked for by who has given up is given up. */
static void take_back(struct supervisor *supervisor, struct supervised_client *client)
{
	client->leaving = true;
	for (size_t i = 0; client->mine && !client->done && i < supervisor->plan->service_count;
		i++)
		if (client->mine[i])
			schedule_unwant(supervisor->schedule, i);
}

void supervisor_client(struct supervisor *supervisor, struct supervised_client *client)
{
	static struct stack_control_request request;
	ssize_t got = recv(client->fd, &request, sizeof(request), 0);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (!client->arena)
		client->arena = arena_new();
	if (got > 0 && !client->asked && !client->failed)
		take_request(supervisor, client, &request, (size_t)got);
	else
		take_back(supervisor, client);
}
