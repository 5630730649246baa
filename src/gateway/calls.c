/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/calls.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "catalog/call.h"
#include "plan/plan.h"

enum { MOST_CHECKS = 3 };

/* An allowed call; an argument is checked when its value is given. */
struct row {
	const char *name;
	struct {
		uint32_t argument;
		uint64_t value;
	} checks[MOST_CHECKS];
	size_t count;
};

#define STREAM (SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC)
#define SOCKET(family)                                                                             \
	{                                                                                          \
		"socket", {{0, family}, {1, STREAM}, {2, 0}}, 3                                    \
	}
#define OPTION(level, name)                                                                        \
	{                                                                                          \
		"setsockopt", {{1, level}, {2, name}}, 2                                           \
	}

/* No listen: no new doors.  No sendto: no fast open.  No mmap: all memory is there. */
static const struct row rows[] = {
	{"accept4"},
	{"bind"},
	{"clock_gettime"},
	{"close"},
	{"connect"},
	{"epoll_ctl"},
	{"epoll_pwait"},
	{"epoll_wait"},
	{"exit"},
	{"exit_group"},
	{"getsockopt"},
	{"pipe2"},
	{"rt_sigreturn"},
	{"shutdown"},
	{"splice"},
	{"write"}, /* to say that it serves */
	SOCKET(AF_INET),
	SOCKET(AF_INET6),
	OPTION(SOL_SOCKET, SO_LINGER),
	OPTION(SOL_SOCKET, SO_REUSEADDR),
	OPTION(IPPROTO_TCP, TCP_NODELAY),
	OPTION(IPPROTO_IP, IP_TRANSPARENT),
	OPTION(IPPROTO_IPV6, IPV6_TRANSPARENT),
};

static int by_number(const void *left, const void *right)
{
	const struct plan_call *one = left, *other = right;

	return one->number < other->number ? -1 : one->number > other->number;
}

static void add_row(struct arena *arena, struct plan_service *service, const struct row *row)
{
	const struct catalog_call *known = catalog_call(row->name);
	int number = known ? known->number[catalog_native_arch()] : -1;
	struct plan_call *call;

	/* epoll_wait is not on every architecture. */
	if (number < 0)
		return;
	call = arena_append(arena, &service->calls, &service->call_count, sizeof(*call));
	*call = (struct plan_call){
		.name = row->name, .number = (uint32_t)number, .action = PLAN_ALLOW};
	for (size_t i = 0; i < row->count; i++) {
		struct plan_condition *condition = arena_append(
			arena, &call->conditions, &call->condition_count, sizeof(*condition));

		*condition = (struct plan_condition){.argument = row->checks[i].argument,
			.mask = UINT32_MAX,
			.value = row->checks[i].value};
	}
}

const struct plan_service *gateway_calls(struct arena *arena)
{
	struct plan_service *service = arena_alloc(arena, sizeof(*service));

	service->name = "gateway";
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		add_row(arena, service, &rows[i]);
	qsort(service->calls, service->call_count, sizeof(*service->calls), by_number);
	return service;
}
