/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/door.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/text.h"
#include "enforce/answers.h"
#include "gateway/datagram.h"
#include "gateway/listener.h"
#include "plan/plan.h"

static int set_ranges(const struct plan_publish *publish, int family, struct gateway_door *door,
	struct arena *arena, struct fault *why)
{
	for (size_t i = 0; i < publish->source_count; i++) {
		const struct plan_source *source = &publish->sources[i];
		struct prefix range;

		if (!source->range || !prefix_parse(source->range, strlen(source->range), &range))
			return fault(why, -EINVAL, source->where, "'%s' is no range of addresses",
				source->range ? source->range : "");
		if (range.family == family)
			*(struct prefix *)arena_append(
				arena, &door->ranges, &door->range_count, sizeof(range)) = range;
	}
	/* Everybody is who has no range at all, not who has none of this family. */
	if (publish->source_count && !door->range_count)
		return fault(
			why, -EINVAL, publish->where, "nobody may come by %s", publish->address);
	door->per_source = publish->per_source;
	return 0;
}

/* As its cgroup says it (enforce/askers_program.h). */
static void set_shown(const struct plan *plan, const struct plan_publish *publish, int family,
	struct gateway_door *door, struct arena *arena)
{
	const size_t count = publish->source_count ? publish->source_count : 1;
	struct plan_ranges ranges;

	for (size_t i = 0; i < count; i++) {
		const struct plan_outside askers = {
			.range = publish->source_count ? publish->sources[i].range : NULL};

		if (plan_outside_ranges(plan, &askers, family, &ranges))
			*(struct plan_ranges *)arena_append(
				arena, &door->shown, &door->shown_count, sizeof(ranges)) = ranges;
	}
}

/* The number of the first that publishes the same port of the same service. */
static uint32_t group_of(const struct plan *plan, const struct plan_publish *publish)
{
	uint32_t index = 0;

	while (!text_equal(plan->publishes[index].service, publish->service) ||
		plan->publishes[index].transport != publish->transport ||
		plan->publishes[index].port != publish->port)
		index++;
	return index;
}

static int open_listener(const struct plan_publish *publish, const union gateway_address *address,
	socklen_t length, struct fault *why)
{
	const char *bracket = address->any.sa_family == AF_INET6 ? "[]" : NULL;
	const bool datagrams = publish->transport == PLAN_UDP;
	int fd = datagrams ? gateway_datagram_await(address, length, false)
			   : gateway_listen(address, length, false);

	if (fd >= 0)
		return fd;
	fault(why, fd, publish->where, "cannot publish at %.1s%s%.1s:%u", bracket ? bracket : "",
		publish->address, bracket ? bracket + 1 : "", publish->host_port);
	if (fd == -EADDRINUSE)
		fault_hint(
			why, "another program has this port: see ss -l%cnp", datagrams ? 'u' : 't');
	else if (fd == -EADDRNOTAVAIL)
		fault_hint(why, "this machine does not have that address: see ip -br address");
	return fd;
}

/* One more instance behind the door. */
static int add_service(const struct plan *plan, const struct plan_publish *publish,
	struct gateway_door *door, struct arena *arena, struct fault *why)
{
	const struct plan_service *service = plan_service(plan, publish->service);
	bool wide = door->length == sizeof(struct sockaddr_in6);

	if (!service)
		return fault(
			why, -EINVAL, publish->where, "cannot publish at '%s'", publish->address);
	union gateway_address *address =
		arena_append(arena, &door->services, &door->service_count, sizeof(*address));
	gateway_address_set(address, wide ? service->address6 : service->address4, publish->port);
	return 0;
}

static int open_door(const struct plan *plan, const struct plan_publish *publish,
	struct gateway_door *door, struct arena *arena, struct fault *why)
{
	union gateway_address host;

	*door = (struct gateway_door){.publish = publish,
		.listener = -1,
		.datagrams = publish->transport == PLAN_UDP,
		.port = publish->host_port};
	door->length = gateway_address_set(&host, publish->address, publish->host_port);
	bool wide = host.any.sa_family == AF_INET6;
	if (!door->length)
		return fault(
			why, -EINVAL, publish->where, "cannot publish at '%s'", publish->address);
	gateway_address_set(&door->own, wide ? plan->network.router6 : plan->network.router4, 0);
	const char *stack = wide ? plan->network.prefix6 : plan->network.prefix4;
	if (!prefix_parse(stack, strlen(stack), &door->stack))
		return fault(why, -EINVAL, plan->where, "'%s' is no range of addresses", stack);
	door->group = group_of(plan, publish);
	int error = set_ranges(publish, host.any.sa_family, door, arena, why);
	if (error)
		return error;
	if (door->datagrams)
		set_shown(plan, publish, host.any.sa_family, door, arena);
	door->listener = open_listener(publish, &host, door->length, why);
	return door->listener < 0 ? door->listener : 0;
}

/* Its socket is one of the host's: what it sends goes to those who ask, and to nobody else. */
static int note_askers(int asked, const struct gateway_door *door, struct fault *why)
{
	const int family = door->own.any.sa_family;
	const int error = enforce_answers_note(asked, door->listener, family);

	return error ? fault(why, error, door->publish->where, "cannot note who asks at %s",
			       door->publish->address)
		     : 0;
}

/* The door that another instance of the service is behind already, or NULL. */
static struct gateway_door *find_door(
	struct gateway_door *doors, size_t count, const struct plan_publish *publish)
{
	for (size_t i = 0; i < count; i++) {
		const struct plan_publish *first = doors[i].publish;

		if (first->transport == publish->transport && first->port == publish->port &&
			first->host_port == publish->host_port &&
			text_equal(first->address, publish->address))
			return &doors[i];
	}
	return NULL;
}

int gateway_doors_open(const struct plan *plan, int asked, struct arena *arena,
	struct gateway_door **doors, size_t *count, struct fault *why)
{
	int error = 0;

	*doors = arena_alloc(arena, (plan->publish_count + 1) * sizeof(**doors));
	*count = 0;
	for (size_t i = 0; !error && i < plan->publish_count; i++) {
		const struct plan_publish *publish = &plan->publishes[i];
		struct gateway_door *door = find_door(*doors, *count, publish);

		if (!door) {
			door = &(*doors)[*count];
			error = open_door(plan, publish, door, arena, why);
			*count += !error;
			if (!error && door->datagrams)
				error = note_askers(asked, door, why);
		}
		if (!error)
			error = add_service(plan, publish, door, arena, why);
	}
	if (error)
		gateway_doors_close(*doors, *count);
	return error;
}

void gateway_doors_close(struct gateway_door *doors, size_t count)
{
	for (size_t i = 0; i < count; i++)
		close(doors[i].listener);
}
