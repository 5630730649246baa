/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drill/listeners.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "base/text.h"
#include "drill/echo.h"
#include "drill/range.h"
#include "drill/world.h"
#include "plan/plan.h"

static bool stands_for_daemons(const struct drill_world *world)
{
	return !world->options->live;
}

static const char *folder_of(
	const struct drill_world *world, const struct plan_socket_folder *folder)
{
	return arena_printf(world->arena, "%s/sockets/%s", world->run_folder, folder->name);
}

/* Root's own until those who listen have made their sockets. */
static int make_folders(const struct drill_world *world, struct fault *why)
{
	const struct plan *plan = world->plan;
	int error = mkdir(world->run_folder, 0755);

	if (!error)
		error = mkdir(arena_printf(world->arena, "%s/sockets", world->run_folder), 0755);
	for (size_t i = 0; i < plan->socket_folder_count && !error; i++)
		error = mkdir(folder_of(world, &plan->socket_folders[i]), 0700);
	return error ? fault(why, -errno, plan->where, "cannot make folders of sockets") : 0;
}

/* As those of a stack that runs: stack/folders.c. */
static int hand_over_folders(const struct drill_world *world, struct fault *why)
{
	const struct plan *plan = world->plan;

	for (size_t i = 0; i < plan->socket_folder_count; i++) {
		const struct plan_socket_folder *given = &plan->socket_folders[i];
		scoped(fd) int folder = open(
			folder_of(world, given), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

		if (folder < 0 || fchmod(folder, 02770) < 0 ||
			fchown(folder, given->uid, given->gid) < 0)
			return fault(why, -errno, given->where,
				"cannot make the folder of socket %s", given->folder);
	}
	return 0;
}

static void add_socket(const struct drill_world *world, const struct plan_service *service,
	const struct plan_listen *listen, struct drill_echo *echo)
{
	const struct plan *plan = world->plan;

	for (size_t i = 0; i < plan->socket_folder_count; i++) {
		const struct plan_socket_folder *folder = &plan->socket_folders[i];

		if (!text_equal(folder->service, service->name) ||
			!text_path_within(listen->path, folder->folder) ||
			echo->socket_count == DRILL_ECHO_SOCKETS)
			continue;
		echo->sockets[echo->socket_count++] = (struct drill_echo_socket){
			.folder = folder_of(world, folder),
			.name = strrchr(listen->path, '/') + 1,
			.mode = listen->mode ? listen->mode : 0777,
			.uid = folder->uid,
			.gid = folder->gid,
		};
		return;
	}
}

static void add_declared(const struct drill_world *world, const struct plan_service *service,
	struct drill_echo *echo)
{
	uint16_t ports[DRILL_RANGE];

	for (size_t i = 0; i < service->listen_count; i++) {
		size_t count = drill_range(&service->listens[i], ports);

		for (size_t j = 0; j < count; j++)
			drill_echo_port(echo, ports[j]);
		if (service->listens[i].transport == PLAN_UNIX)
			add_socket(world, service, &service->listens[i], echo);
	}
}

/* Also by the addresses of the machine that are not its loopback's: for itself alone. */
static int listen_on_host(struct drill_world *world, struct fault *why)
{
	struct in6_addr addresses[DRILL_ECHO_ADDRESSES];
	struct drill_echo echo = {.network = -1,
		.loopback = true,
		.port_count = 1,
		.addresses = addresses,
		.abstract = world->name,
		.sockets = {{.folder = world->scratch,
			.name = strrchr(world->socket, '/') + 1,
			.mode = 0777}},
		.socket_count = 1};

	for (size_t i = 0; i < world->machine.count && i < DRILL_ECHO_ADDRESSES; i++) {
		const char *text = world->machine.addresses[i];
		const char *mapped = arena_printf(world->arena, "::ffff:%s", text);

		if (inet_pton(AF_INET6, strchr(text, ':') ? text : mapped,
			    &addresses[echo.address_count]) == 1)
			echo.address_count++;
	}
	int error = drill_world_echo(world, &echo, why);

	world->host_port = echo.ports[0];
	return error;
}

/* And in place of an outlet that does not run, and of a resolver. */
static int listen_at_router(struct drill_world *world, struct fault *why)
{
	const struct plan *plan = world->plan;
	struct drill_echo echo = {.network = world->options->router,
		.ports = {world->near_port},
		.port_count = 1,
		.shared = !stands_for_daemons(world),
		.groups = true,
		.abstract = world->name};

	if (echo.network < 0)
		return 0;
	for (size_t i = 0; i < plan->host_edge_count && stands_for_daemons(world); i++)
		drill_echo_port(&echo, plan->host_edges[i].port);
	for (size_t i = 0; i < drill_sample_count; i++)
		drill_echo_port(&echo, drill_samples[i]);
	return drill_world_echo(world, &echo, why);
}

/* At the routers of other stacks, where nobody else does. */
static int listen_at_others(struct drill_world *world, struct fault *why)
{
	const struct drill_options *options = world->options;
	int error = 0;

	for (size_t i = 0; i < options->other_count && !options->apart && !error; i++) {
		struct drill_echo echo = {.network = options->others[i].network,
			.ports = {world->near_port},
			.port_count = 1,
			.shared = true};

		if (echo.network >= 0)
			error = drill_world_echo(world, &echo, why);
	}
	return error;
}

static int listen_as(struct drill_world *world, size_t index, struct fault *why)
{
	const struct plan_service *service = &world->plan->services[index];
	char near[80];
	struct drill_echo echo = {.network = world->options->networks[index],
		.ports = {world->near_port},
		.port_count = 1,
		.shared = !stands_for_daemons(world),
		.groups = true,
		.abstract = near};

	if (echo.network < 0)
		return 0;
	snprintf(near, sizeof(near), "%s-near", world->name);
	for (size_t i = 0; i < drill_sample_count; i++)
		if (!drill_declares(service, drill_samples[i]))
			drill_echo_port(&echo, drill_samples[i]);
	if (stands_for_daemons(world))
		add_declared(world, service, &echo);
	return drill_world_echo(world, &echo, why);
}

int drill_listeners_start(struct drill_world *world, struct fault *why)
{
	int error = stands_for_daemons(world) ? make_folders(world, why) : 0;

	if (!error)
		error = listen_on_host(world, why);
	if (!error)
		error = listen_at_router(world, why);
	if (!error)
		error = listen_at_others(world, why);
	for (size_t i = 0; i < world->plan->service_count && !error; i++)
		error = listen_as(world, i, why);
	if (!error && stands_for_daemons(world))
		error = hand_over_folders(world, why);
	return error;
}
