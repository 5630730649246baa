/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/door.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "base/text.h"
#include "plan/plan.h"

enum { BACKLOG = 4096, KEEPALIVE = 300 };

/* The flags of a TCP header; the filter sees packets from there on. */
enum { TCP_FLAGS = 13, SYN_ACK = 0x12 };

static int lock_filter(int fd)
{
	struct sock_filter instructions[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, TCP_FLAGS),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, SYN_ACK),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYN_ACK, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
	};
	struct sock_fprog program = {sizeof(instructions) / sizeof(instructions[0]), instructions};

	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) < 0)
		return -1;
	return setsockopt(fd, SOL_SOCKET, SO_LOCK_FILTER, &(int){1}, sizeof(int));
}

/* Accepted connections inherit the options of the socket that they came by. */
static int set_options(int fd, int family)
{
	static const struct {
		int level, name, value;
	} options[] = {
		{SOL_SOCKET, SO_REUSEADDR, 1},
		{SOL_SOCKET, SO_KEEPALIVE, 1},
		{IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE},
		{IPPROTO_TCP, TCP_NODELAY, 1},
		{IPPROTO_IPV6, IPV6_V6ONLY, 1},
	};
	size_t count = sizeof(options) / sizeof(options[0]) - (family == AF_INET6 ? 0 : 1);

	for (size_t i = 0; i < count; i++)
		if (setsockopt(fd, options[i].level, options[i].name, &options[i].value,
			    sizeof(int)) < 0)
			return -1;
	return lock_filter(fd);
}

/* @text is an address without brackets; returns its length as a socket address, 0: it is none. */
static socklen_t set_address(union gateway_address *address, const char *text, unsigned port)
{
	struct sockaddr_in6 *wide = (struct sockaddr_in6 *)&address->storage;
	struct sockaddr_in *narrow = (struct sockaddr_in *)&address->storage;

	memset(address, 0, sizeof(*address));
	if (text && inet_pton(AF_INET6, text, &wide->sin6_addr) == 1) {
		wide->sin6_family = AF_INET6;
		wide->sin6_port = htons((uint16_t)port);
		return sizeof(*wide);
	}
	if (!text || inet_pton(AF_INET, text, &narrow->sin_addr) != 1)
		return 0;
	narrow->sin_family = AF_INET;
	narrow->sin_port = htons((uint16_t)port);
	return sizeof(*narrow);
}

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
	scoped(fd) int fd =
		socket(address->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || set_options(fd, address->any.sa_family) < 0 ||
		bind(fd, &address->any, length) < 0 || listen(fd, BACKLOG) < 0) {
		int code = -errno;
		const char *bracket = address->any.sa_family == AF_INET6 ? "[]" : NULL;

		fault(why, code, publish->where, "cannot publish at %.1s%s%.1s:%u",
			bracket ? bracket : "", publish->address, bracket ? bracket + 1 : "",
			publish->host_port);
		if (code == -EADDRINUSE)
			fault_hint(why, "another program has this port: see ss -ltnp");
		else if (code == -EADDRNOTAVAIL)
			fault_hint(
				why, "this machine does not have that address: see ip -br address");
		return code;
	}
	return take_fd(&fd);
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
	set_address(address, wide ? service->address6 : service->address4, publish->port);
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
	door->length = set_address(&host, publish->address, publish->host_port);
	bool wide = host.any.sa_family == AF_INET6;
	if (!door->length)
		return fault(
			why, -EINVAL, publish->where, "cannot publish at '%s'", publish->address);
	set_address(&door->own, wide ? plan->network.router6 : plan->network.router4, 0);
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
