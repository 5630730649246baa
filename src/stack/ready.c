/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/ready.h"

#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "base/text.h"
#include "plan/plan.h"
#include "stack/bound.h"
#include "stack/state.h"

/* What daemons call it; others are told in general. */
static const struct {
	const char *role, *hint;
} hints[] = {
	{"postgres", "listen_addresses = '*' in postgresql.conf"},
	{"mariadb", "bind-address = * in its configuration"},
	{"redis", "bind * -::* in its configuration"},
	{"nginx", "`listen PORT` without an address"},
	{"haproxy", "`bind :PORT` without an address"},
	{"php-fpm", "listen = PORT without an address"},
	{"node", "listen(PORT) without an address"},
};

/* One look at one service. */
struct look {
	const struct plan *plan;
	const struct plan_service *service;
	const struct plan_listen *listen;
	const struct stack_bound *bound; /* all that it has bound */
	size_t count;
};

/* Of the declared port, or of one of a range. */
static bool is_of(const struct plan_listen *listen, const struct stack_bound *bound)
{
	return bound->udp == (listen->transport == PLAN_UDP) && bound->port >= listen->first &&
	       bound->port <= listen->last;
}

static bool has_port(const struct look *look, enum plan_transport transport, uint32_t port)
{
	return transport == look->listen->transport && port >= look->listen->first &&
	       port <= look->listen->last;
}

static bool is_peer(const struct look *look, const struct plan_edge *edge)
{
	return has_port(look, edge->transport, edge->port) &&
	       text_equal(edge->to, look->service->name);
}

static bool is_asked(const struct look *look, const struct plan_probe *probe)
{
	return (probe->kind == PLAN_PROBE_PORT || probe->kind == PLAN_PROBE_HTTP) &&
	       has_port(look, PLAN_TCP, probe->port);
}

/* Peers know both addresses and try both. */
static const char *either_way(const struct look *look)
{
	for (size_t i = 0; i < look->plan->edge_count; i++)
		if (is_peer(look, &look->plan->edges[i]))
			return "its peers cannot reach it";
	if (is_asked(look, &look->service->life.ready) ||
		is_asked(look, &look->service->life.healthy))
		return "the router cannot ask it";
	return NULL;
}

/* One that insists on its loopback is there by that family. */
static bool is_there(const struct plan_listen *listen, const struct stack_bound *bound, bool wide)
{
	if (!listen->at)
		return stack_bound_serves(bound, wide);
	return (strchr(listen->at, ':') != NULL) == wide && stack_bound_at(bound, listen->at);
}

static bool serves(const struct look *look, bool wide)
{
	for (size_t i = 0; i < look->count; i++)
		if (is_of(look->listen, &look->bound[i]) &&
			is_there(look->listen, &look->bound[i], wide))
			return true;
	return false;
}

/* A door leads to the address of its own family.  The first that leads nowhere, or NULL. */
static const struct plan_publish *shut_door(const struct look *look)
{
	for (size_t i = 0; i < look->plan->publish_count; i++) {
		const struct plan_publish *publish = &look->plan->publishes[i];

		if (text_equal(publish->service, look->service->name) &&
			has_port(look, publish->transport, publish->port) &&
			!serves(look, strchr(publish->address, ':')))
			return publish;
	}
	return NULL;
}

static const struct stack_bound *first_bound(const struct look *look)
{
	for (size_t i = 0; i < look->count; i++)
		if (is_of(look->listen, &look->bound[i]))
			return &look->bound[i];
	return NULL;
}

static void hint(const struct look *look, const struct stack_bound *found, struct fault *why)
{
	const char *change = "let it listen on all its addresses";

	for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++)
		if (text_equal(look->service->role, hints[i].role))
			change = hints[i].hint;
	if (look->listen->at && !stack_bound_at(found, look->listen->at))
		fault_hint(why, "let it listen on %s, which 'at' says, or change that",
			look->listen->at);
	else if (look->listen->at)
		fault_hint(why, "'at' leads to %s alone: publish it at addresses of that family",
			look->listen->at);
	else if (stack_bound_loopback(found))
		fault_hint(why, "%s; or leave it so and say `listens: [{port: %u, at: %s}]`",
			change, found->port,
			stack_bound_at(found, "::1") ? "\"::1\"" : "127.0.0.1");
	else
		fault_hint(why, "%s; or publish it at addresses of the other family alone", change);
}

/* It is bound, but is it where it is to be reached? */
static bool is_reachable(const struct look *look, struct fault *why)
{
	const struct plan_publish *door = shut_door(look);
	const char *who = serves(look, false) || serves(look, true) ? NULL : either_way(look);
	const struct stack_bound *found = first_bound(look);
	char text[STACK_BOUND_TEXT];

	if (!who && !door)
		return true;
	stack_bound_text(found, text);
	if (who)
		fault(why, 0, look->listen->where, "it listens on %s, where %s", text, who);
	else
		fault(why, 0, look->listen->where,
			"it listens on %s, which %s%s%s:%u does not lead to", text,
			strchr(door->address, ':') ? "[" : "", door->address,
			strchr(door->address, ':') ? "]" : "", door->host_port);
	hint(look, found, why);
	return false;
}

/* A daemon binds first and sets the mode then: until it has, peers may be refused. */
static bool has_mode(const struct stack_state *state, const struct plan_service *service,
	const struct plan_listen *listen)
{
	const struct plan *plan = state->plan;
	scoped(arena) struct arena *arena = arena_new();

	for (size_t i = 0; listen->mode && i < plan->socket_folder_count; i++) {
		const struct plan_socket_folder *folder = &plan->socket_folders[i];
		struct stat about;

		if (!text_equal(folder->service, service->name) ||
			!text_path_within(listen->path, folder->folder))
			continue;
		return lstat(arena_printf(arena, "%s/sockets/%s%s", state->folder, folder->name,
				     listen->path + strlen(folder->folder)),
			       &about) == 0 &&
		       (about.st_mode & 0777) == (listen->mode & 0777);
	}
	return true;
}

static const char *word_of(const struct plan_listen *listen, struct arena *arena)
{
	if (listen->transport != PLAN_UNIX)
		return arena_printf(arena, "port %u%s", listen->first,
			listen->transport == PLAN_UDP ? "/udp" : "");
	if (listen->mode)
		return arena_printf(arena, "socket %s with mode %04o", listen->path, listen->mode);
	return arena_printf(arena, "socket %s", listen->path);
}

static bool is_bound(const struct stack_state *state, const struct look *look, pid_t pid)
{
	if (look->listen->transport != PLAN_UNIX)
		return first_bound(look) != NULL;
	return stack_bound_path(pid, look->listen->path) &&
	       has_mode(state, look->service, look->listen);
}

bool stack_ready(const struct stack_state *state, const struct plan_service *service, pid_t pid,
	struct fault *why)
{
	scoped(arena) struct arena *arena = arena_new();
	struct look look = {.plan = state->plan, .service = service};
	const struct plan_listen *first = NULL;
	const char *missing = NULL;
	bool reachable = true;

	look.bound = stack_bound_ports(pid, arena, &look.count);
	for (size_t i = 0; i < service->listen_count; i++) {
		const struct plan_listen *listen = &service->listens[i];

		look.listen = listen;
		if (is_bound(state, &look, pid)) {
			if (listen->transport != PLAN_UNIX && reachable)
				reachable = is_reachable(&look, why);
			continue;
		}
		first = first ? first : listen;
		missing = missing ? arena_printf(arena, "%s, %s", missing, word_of(listen, arena))
				  : word_of(listen, arena);
	}
	/* What is bound wrongly stays so; what is missing may come. */
	if (missing && reachable)
		fault(why, 0, first->where, "nothing listens on %s", missing);
	return !missing && reachable;
}
