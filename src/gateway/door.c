/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/door.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/text.h"
#include "gateway/listener.h"
#include "plan/plan.h"

static void set_prefix(struct gateway_door *door, const char *prefix)
{
	const char *slash = strchr(prefix, '/');
	char text[INET6_ADDRSTRLEN] = "";

	if (!slash || (size_t)(slash - prefix) >= sizeof(text))
		return;
	memcpy(text, prefix, (size_t)(slash - prefix));
	inet_pton(strchr(text, ':') ? AF_INET6 : AF_INET, text, door->prefix);
	door->prefix_bits = (unsigned)strtoul(slash + 1, NULL, 10);
}

static int open_listener(const struct plan_publish *publish, const union gateway_address *address,
	socklen_t length, struct fault *why)
{
	const char *bracket = address->any.sa_family == AF_INET6 ? "[]" : NULL;
	int fd = gateway_listen(address, length);

	if (fd >= 0)
		return fd;
	fault(why, fd, publish->where, "cannot publish at %.1s%s%.1s:%u", bracket ? bracket : "",
		publish->address, bracket ? bracket + 1 : "", publish->host_port);
	if (fd == -EADDRINUSE)
		fault_hint(why, "another program has this port: see ss -ltnp");
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
	struct gateway_door *door, struct fault *why)
{
	union gateway_address host;

	*door = (struct gateway_door){.publish = publish, .listener = -1};
	if (publish->transport != PLAN_TCP)
		return fault_of(why, FAULT_UNSUPPORTED, -EPROTONOSUPPORT, publish->where,
			"publishing a UDP port is not supported by this version");
	door->length = gateway_address_set(&host, publish->address, publish->host_port);
	bool wide = host.any.sa_family == AF_INET6;
	if (!door->length)
		return fault(
			why, -EINVAL, publish->where, "cannot publish at '%s'", publish->address);
	gateway_address_set(&door->own, wide ? plan->network.router6 : plan->network.router4, 0);
	set_prefix(door, wide ? plan->network.prefix6 : plan->network.prefix4);
	door->listener = open_listener(publish, &host, door->length, why);
	return door->listener < 0 ? door->listener : 0;
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

int gateway_doors_open(const struct plan *plan, struct arena *arena, struct gateway_door **doors,
	size_t *count, struct fault *why)
{
	int error = 0;

	*doors = arena_alloc(arena, (plan->publish_count + 1) * sizeof(**doors));
	*count = 0;
	for (size_t i = 0; !error && i < plan->publish_count; i++) {
		const struct plan_publish *publish = &plan->publishes[i];
		struct gateway_door *door = find_door(*doors, *count, publish);

		if (!door) {
			door = &(*doors)[*count];
			error = open_door(plan, publish, door, why);
			*count += !error;
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
