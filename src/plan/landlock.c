/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "catalog/landlock.h"

#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "plan/planner.h"

static void allow(struct planner *planner, struct plan_service *service, const char *path,
	uint64_t access, struct where where)
{
	struct plan_landlock *landlock = &service->landlock;

	access &= landlock->handled_files;
	if (!access)
		return;
	struct plan_beneath *beneath = arena_append(
		planner->arena, &landlock->beneath, &landlock->beneath_count, sizeof(*beneath));
	*beneath = (struct plan_beneath){path, access, where};
}

static bool executes(const struct plan_service *service, const struct plan_node *node)
{
	for (size_t i = 0; i < service->program_count; i++)
		if (text_equal(service->programs[i].path, node->target))
			return true;
	return false;
}

/* A script and its interpreters, as plan_view_programs() follows them. */
enum { MOST_PROGRAMS = 5 };

/* The program that the launch executes, its script's interpreter and the ELF interpreter: the
 * kernel opens each for execution. */
static bool launches(
	struct planner *planner, const struct policy_service *from, const struct plan_node *node)
{
	const struct host_program *program =
		from->command.count ? host_program(planner->host, from->command.items[0].text)
				    : NULL;

	for (unsigned depth = 0; program && program->found && depth < MOST_PROGRAMS; depth++) {
		if (text_equal(program->resolved, node->target))
			return true;
		program = program->script ? host_program(planner->host, program->script) : NULL;
	}
	return false;
}

/* Does @program name it as its ELF interpreter?  By its file name: the file names it by way of
 * /lib64, which is a link, while the node is where the link leads, as a library of the program. */
static bool interprets(const struct host_program *program, const struct plan_node *node)
{
	const char *name = program->interpreter ? strrchr(program->interpreter, '/') : NULL;

	if (!name || !text_equal(name, strrchr(node->target, '/')))
		return false;
	for (size_t i = 0; i < program->library_count; i++)
		if (text_equal(program->libraries[i], node->target))
			return true;
	return false;
}

/* For any program that the service may execute, its command among them. */
static bool interprets_any(struct planner *planner, const struct policy_service *from,
	const struct plan_service *service, const struct plan_node *node)
{
	for (size_t i = 0; i < planner->host->program_count; i++) {
		const struct host_program *program = &planner->host->programs[i];
		const struct plan_node file = {.target = program->resolved};

		if (program->found && interprets(program, node) &&
			(executes(service, &file) || launches(planner, from, &file)))
			return true;
	}
	return false;
}

/* Where the mount forbids writing and devices anyway, granting these two ends the kernel's walk
 * to the root at this rule, on every open (facts: half the cost of an open). */
static uint64_t early_stop(const struct plan_node *node)
{
	return node->read_only && !node->device
		       ? CATALOG_LANDLOCK_TRUNCATE | CATALOG_LANDLOCK_IOCTL_DEV
		       : 0;
}

static uint64_t bind_access(struct planner *planner, const struct policy_service *from,
	const struct plan_service *service, const struct plan_node *node)
{
	uint64_t access = CATALOG_LANDLOCK_READ_FILE | early_stop(node);

	if (node->folder)
		access |= CATALOG_LANDLOCK_READ_DIR;
	if (node->device)
		return access | CATALOG_LANDLOCK_WRITE_FILE | CATALOG_LANDLOCK_TRUNCATE;
	if (!node->read_only)
		access |= node->folder ? CATALOG_LANDLOCK_WRITE_FOLDER
				       : CATALOG_LANDLOCK_WRITE_FILE | CATALOG_LANDLOCK_TRUNCATE;
	if (node->executable && !node->folder &&
		(executes(service, node) || launches(planner, from, node) ||
			interprets_any(planner, from, service, node)))
		access |= CATALOG_LANDLOCK_EXECUTE;
	return access;
}

static void allow_node(struct planner *planner, const struct policy_service *from,
	struct plan_service *service, const struct plan_node *node)
{
	const uint64_t read = CATALOG_LANDLOCK_READ_FILE | CATALOG_LANDLOCK_READ_DIR;
	uint64_t access = 0;

	switch (node->kind) {
	case PLAN_BIND:
		access = bind_access(planner, from, service, node);
		break;
	case PLAN_FILE:
	case PLAN_HOSTS:
	case PLAN_SECRET:
		access = CATALOG_LANDLOCK_READ_FILE | early_stop(node);
		break;
	case PLAN_MEMORY:
		access = read | CATALOG_LANDLOCK_WRITE_FOLDER | CATALOG_LANDLOCK_MAKE_SOCK;
		break;
	case PLAN_SOCKETS:
		access = read;
		if (!node->read_only)
			access |= CATALOG_LANDLOCK_WRITE_FILE | CATALOG_LANDLOCK_MAKE_SOCK |
				  CATALOG_LANDLOCK_MAKE_REG | CATALOG_LANDLOCK_REMOVE_FILE |
				  CATALOG_LANDLOCK_TRUNCATE;
		break;
	case PLAN_PROC:
		access = read;
		break;
	case PLAN_FOLDER:
	case PLAN_LINK:
	case PLAN_MASK:
	case PLAN_NOTIFY: /* sending is no right of a path */
	case PLAN_TREE:
		return;
	}
	allow(planner, service, node->target, access, node->where);
}

static void allow_ports(
	struct planner *planner, const struct policy_service *from, struct plan_service *service)
{
	struct plan_landlock *landlock = &service->landlock;

	for (size_t i = 0; i < from->listen_count; i++) {
		const struct policy_listen *listen = &from->listens[i];

		for (uint32_t port = listen->first;
			listen->transport == POLICY_TCP && port <= listen->last; port++) {
			struct plan_port *rule = arena_append(planner->arena, &landlock->ports,
				&landlock->port_count, sizeof(*rule));
			*rule = (struct plan_port){port,
				CATALOG_LANDLOCK_BIND_TCP & landlock->handled_net, listen->where};
		}
	}
}

/* Does the service open connections to ports?  Then CONNECT stays with the network layer, so
 * that its edges can change while it runs. */
static bool connects(const struct policy_service *from)
{
	for (size_t i = 0; i < from->connect_count; i++)
		if (from->connects[i].transport != POLICY_UNIX)
			return true;
	return false;
}

void plan_landlock(
	struct planner *planner, const struct policy_service *from, struct plan_service *service)
{
	struct plan_landlock *landlock = &service->landlock;
	uint32_t abi = host_has(planner->host, HOST_LANDLOCK) ? planner->host->landlock_abi : 0;

	landlock->abi = abi;
	landlock->used = abi > 0 && !plan_audit(service, LAYER_LANDLOCK);
	if (!landlock->used)
		return;
	landlock->handled_files = catalog_landlock_files(abi);
	landlock->handled_net = catalog_landlock_net(abi);
	if (connects(from))
		landlock->handled_net &= ~(uint64_t)CATALOG_LANDLOCK_CONNECT_TCP;
	landlock->scoped = catalog_landlock_scopes(abi);
	/* The root holds nothing but the view: what it may not list is not there.  Daemons look
	 * into folders that stand only for a few files in them (postgres: its module folder). */
	allow(planner, service, "/", CATALOG_LANDLOCK_READ_DIR, service->where);
	for (size_t i = 0; i < service->node_count; i++)
		allow_node(planner, from, service, &service->nodes[i]);
	if (landlock->handled_net)
		allow_ports(planner, from, service);
}
