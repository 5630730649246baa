/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/descriptor.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "base/trusted.h"
#include "enforce/network.h"
#include "enforce/network_routes.h"
#include "plan/plan.h"

static const char *add_host(
	struct arena *arena, const char *text, const char *address, const char *name)
{
	return address ? arena_printf(arena, "%s%s %s\n", text, address, name) : text;
}

/* An instance by its own name, and by the one that it shares. */
static const char *add_service(struct arena *arena, const char *text,
	const struct plan_service *service, const char *address)
{
	text = add_host(arena, text, address, service->name);
	return service->instance ? add_host(arena, text, address, service->base) : text;
}

/* Is @peer there by this family?  A daemon that insists on 127.0.0.1 is not there by IPv6. */
static bool listens(const struct plan_service *peer, const struct plan_edge *edge, bool wide)
{
	for (size_t i = 0; i < peer->listen_count; i++) {
		const struct plan_listen *listen = &peer->listens[i];

		if (listen->transport == edge->transport && listen->first <= edge->port &&
			listen->last >= edge->port)
			return !listen->at || (strchr(listen->at, ':') != NULL) == wide;
	}
	return true;
}

static bool connects(const struct plan *plan, const struct plan_service *service,
	const struct plan_service *peer, bool wide)
{
	for (size_t i = 0; i < plan->edge_count; i++) {
		const struct plan_edge *edge = &plan->edges[i];

		if (edge->transport != PLAN_UNIX && strcmp(edge->from, service->name) == 0 &&
			strcmp(edge->to, peer->name) == 0 && listens(peer, edge, wide))
			return true;
	}
	return false;
}

const char *enforce_network_hosts(
	const struct plan *plan, const struct plan_service *service, struct arena *arena)
{
	const char *text = "127.0.0.1 localhost\n::1 localhost ip6-localhost\n";

	if (!service->linked)
		return add_service(arena, text, service, "127.0.0.1");
	text = add_service(arena, text, service, service->address4);
	text = add_service(arena, text, service, service->address6);
	for (size_t i = 0; i < plan->service_count; i++) {
		const struct plan_service *peer = &plan->services[i];

		if (peer == service || !peer->linked)
			continue;
		if (connects(plan, service, peer, false))
			text = add_service(arena, text, peer, peer->address4);
		if (connects(plan, service, peer, true))
			text = add_service(arena, text, peer, peer->address6);
	}
	if (enforce_network_asks_host(plan, service)) {
		text = add_host(arena, text, plan->network.router4, "host");
		text = add_host(arena, text, plan->network.router6, "host");
	}
	return text;
}

/* In place, as whoever has it bound holds the file: and only when it says something else.  What it
 * said goes last, so that it is never empty. */
static int rewrite(struct arena *arena, int file, const char *text)
{
	size_t length = strlen(text);
	char *now = arena_alloc(arena, length + 1);

	if (pread(file, now, length + 1, 0) == (ssize_t)length && memcmp(now, text, length) == 0)
		return 0;
	int error = descriptor_write(file, text, length);
	return error < 0 ? error : ftruncate(file, (off_t)length) < 0 ? -errno : 0;
}

int enforce_write_hosts(const struct plan *plan, const struct plan_service *service,
	const char *run_folder, struct where where, struct arena *arena, struct fault *why)
{
	const char *text = enforce_network_hosts(plan, service, arena);
	scoped(fd) int run = trusted_open(run_folder, where, why);

	if (run < 0)
		return run;
	if (mkdirat(run, "hosts", 0755) < 0 && errno != EEXIST)
		return fault(why, -errno, where, "cannot make %s/hosts", run_folder);
	scoped(fd) int folder = openat(run, "hosts", O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	scoped(fd) int file = folder < 0 ? -1
					 : openat(folder, service->name,
						   O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (file < 0)
		return fault(
			why, -errno, where, "cannot open %s/hosts/%s", run_folder, service->name);
	int error = fchmod(file, 0644) < 0 ? -errno : rewrite(arena, file, text);
	if (error < 0)
		return fault(
			why, error, where, "cannot write the hosts file of '%s'", service->name);
	return take_fd(&file);
}
