/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drill/need.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "base/text.h"
#include "drill/world.h"
#include "plan/plan.h"

/* Addresses for documentation (RFC 5737, 3849): nobody is there, nowhere. */
#define INTERNET "203.0.113.9"
#define INTERNET6 "2001:db8::9"
#define METADATA "169.254.169.254"

struct question {
	const struct drill_world *world;
	const struct plan_service *service;
	pid_t stranger;
	struct drill_arguments *arguments;
};

static void lack(const struct question *question, const char *text)
{
	question->arguments->lacking = text;
}

static void first(const struct question *question, const char *text, struct where where)
{
	snprintf(question->arguments->first, sizeof(question->arguments->first), "%s", text);
	question->arguments->where = where;
}

/* The control run is told something else than the service. */
static void control(const struct question *question, const char *text)
{
	snprintf(question->arguments->control, sizeof(question->arguments->control), "%s", text);
}

static void second(const struct question *question, unsigned long number)
{
	snprintf(question->arguments->second, sizeof(question->arguments->second), "%lu", number);
}

static const struct where nowhere;

static void folder(const struct question *question)
{
	first(question, "/tmp", nowhere);
	control(question, question->world->scratch);
}

static bool system_path(const char *path)
{
	static const char *const system[] = {"/usr", "/dev", "/etc/passwd", "/etc/group",
		"/etc/hosts", "/etc/nsswitch.conf", "/etc/resolv.conf", "/proc", "/run/secrets"};

	for (size_t i = 0; i < sizeof(system) / sizeof(system[0]); i++)
		if (text_path_within(path, system[i]))
			return true;
	return false;
}

static void declared_write(const struct question *question)
{
	const struct plan_service *service = question->service;

	control(question, question->world->scratch);
	for (size_t i = 0; i < service->node_count; i++) {
		const struct plan_node *node = &service->nodes[i];
		if (node->kind != PLAN_BIND || node->read_only || node->device || !node->folder)
			continue;
		first(question, node->target, node->where);
		return;
	}
	lack(question, "it writes no declared folder");
}

static void declared_read(const struct question *question)
{
	const struct plan_service *service = question->service;

	control(question, question->world->file);
	for (size_t i = 0; i < service->node_count; i++) {
		const struct plan_node *node = &service->nodes[i];
		if (node->kind != PLAN_BIND || !node->read_only || node->executable ||
			node->device || system_path(node->target))
			continue;
		first(question, node->target, node->where);
		return;
	}
	lack(question, "it reads no declared path");
}

/* Is @path of the host anywhere in @service's view? */
static bool views(const struct plan_service *service, const char *path)
{
	for (size_t i = 0; i < service->node_count; i++) {
		const struct plan_node *node = &service->nodes[i];
		if (node->kind == PLAN_BIND &&
			(text_path_within(path, node->target) ||
				text_path_within(path, node->source ? node->source : "/nothing")))
			return true;
	}
	return false;
}

static void other_file(const struct question *question)
{
	const struct plan *plan = question->world->plan;

	for (size_t i = 0; i < plan->service_count; i++)
		for (size_t j = 0; j < plan->services[i].node_count; j++) {
			const struct plan_node *node = &plan->services[i].nodes[j];
			if (&plan->services[i] == question->service || node->kind != PLAN_BIND ||
				node->device || !node->source || system_path(node->target) ||
				views(question->service, node->source))
				continue;
			first(question, node->source, nowhere);
			return;
		}
	lack(question, "no other service has a file of its own");
}

static void other_secret(const struct question *question)
{
	const struct plan *plan = question->world->plan;

	for (size_t i = 0; i < plan->service_count; i++)
		for (size_t j = 0; j < plan->services[i].secret_count; j++) {
			if (&plan->services[i] == question->service)
				continue;
			first(question, plan->services[i].secrets[j].source, nowhere);
			return;
		}
	lack(question, "no other service has a secret");
}

static void secret_source(const struct question *question)
{
	const struct plan_service *service = question->service;

	if (service->secret_count)
		first(question, service->secrets[0].source, service->secrets[0].where);
	else
		lack(question, "it has no secret");
}

static void secret(const struct question *question)
{
	const struct plan_service *service = question->service;

	control(question, question->world->file);
	for (size_t i = 0; i < service->node_count; i++)
		if (service->nodes[i].kind == PLAN_SECRET) {
			first(question, service->nodes[i].target, service->nodes[i].where);
			return;
		}
	lack(question, "it has no secret that is a file");
}

static void single(const struct question *question)
{
	if (question->service->forks)
		lack(question, "its role makes processes");
}

static void no_code(const struct question *question)
{
	if (question->service->write_execute)
		lack(question, "its role makes code");
	question->arguments->where = question->service->write_execute_where;
}

static void no_programs(const struct question *question)
{
	if (question->service->program_count)
		lack(question, "it runs programs");
}

static void unlinked(const struct question *question)
{
	if (question->service->linked)
		lack(question, "it has network edges");
	for (size_t i = 0; i < question->world->plan->edge_count; i++) {
		const struct plan_edge *edge = &question->world->plan->edges[i];
		if (text_equal(edge->from, question->service->name) ||
			text_equal(edge->to, question->service->name))
			lack(question, "it has edges");
	}
}

static void stranger(const struct question *question)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", (int)question->stranger);
	first(question, text, nowhere);
	snprintf(question->arguments->second, sizeof(question->arguments->second), "0x%lx",
		drill_world_address());
}

static void first_process(const struct question *question)
{
	question->arguments->setting = DRILL_FIRST;
}

static void host_port(const struct question *question)
{
	first(question, "127.0.0.1", nowhere);
	second(question, question->world->host_port);
}

static const struct plan_service *peer(const struct question *question, struct where *where)
{
	const struct plan *plan = question->world->plan;

	for (size_t i = 0; i < plan->edge_count; i++) {
		const struct plan_edge *edge = &plan->edges[i];
		if (edge->transport == PLAN_UNIX ||
			!text_equal(edge->from, question->service->name))
			continue;
		*where = edge->where;
		return plan_service(plan, edge->to);
	}
	return NULL;
}

static void everywhere(const struct question *question, const char *address, unsigned long port,
	struct where where)
{
	first(question, address, where);
	second(question, port);
	question->arguments->setting = DRILL_EVERYWHERE;
}

static void near_port(const struct question *question)
{
	struct where where = {0};
	const struct plan_service *to = peer(question, &where);

	if (to && to->address4)
		everywhere(question, to->address4, question->world->near_port, where);
	else
		lack(question, "it connects to no port of a peer");
}

static void near_port6(const struct question *question)
{
	struct where where = {0};
	const struct plan_service *to = peer(question, &where);

	if (to && to->address6)
		everywhere(question, to->address6, question->world->near_port, where);
	else
		lack(question, "it connects to no port of a peer");
}

static bool edge_between(
	const struct plan *plan, const struct plan_service *a, const struct plan_service *b)
{
	for (size_t i = 0; i < plan->edge_count; i++)
		if ((text_equal(plan->edges[i].from, a->name) &&
			    text_equal(plan->edges[i].to, b->name)) ||
			(text_equal(plan->edges[i].from, b->name) &&
				text_equal(plan->edges[i].to, a->name)))
			return true;
	return false;
}

/* The port it declares, if it does: a listening daemon that must not be reached from here. */
static void far_port(const struct question *question)
{
	const struct plan *plan = question->world->plan;

	for (size_t i = 0; i < plan->service_count; i++) {
		const struct plan_service *far = &plan->services[i];
		if (far == question->service || !far->address4 ||
			edge_between(plan, far, question->service))
			continue;
		everywhere(question, far->address4, question->world->near_port, nowhere);
		for (size_t j = 0; j < far->listen_count; j++)
			if (far->listens[j].transport == PLAN_TCP)
				second(question, far->listens[j].first);
		return;
	}
	lack(question, "it may talk to every service");
}

static void router_port(const struct question *question)
{
	if (question->world->plan->network.router4)
		everywhere(question, question->world->plan->network.router4,
			question->world->near_port, nowhere);
	else
		lack(question, "the stack has no network");
}

static void internet(const struct question *question)
{
	everywhere(question, INTERNET, 443, nowhere);
}

static void internet6(const struct question *question)
{
	everywhere(question, INTERNET6, 443, nowhere);
}

static void metadata(const struct question *question)
{
	everywhere(question, METADATA, 80, nowhere);
}

static void free_port(const struct question *question)
{
	first(question, "0.0.0.0", nowhere);
	second(question, question->world->free_port);
}

static void host_name(const struct question *question)
{
	first(question, question->world->host_name, nowhere);
}

static void host_abstract(const struct question *question)
{
	first(question, question->world->name, nowhere);
}

static void near_abstract(const struct question *question)
{
	char name[80];

	snprintf(name, sizeof(name), "%s-near", question->world->name);
	first(question, name, nowhere);
	question->arguments->setting = DRILL_EVERYWHERE;
}

static void host_socket(const struct question *question)
{
	first(question, question->world->socket, nowhere);
}

static void other_socket(const struct question *question)
{
	const struct plan *plan = question->world->plan;

	control(question, question->world->socket);
	for (size_t i = 0; i < plan->service_count; i++)
		for (size_t j = 0; j < plan->services[i].listen_count; j++) {
			const struct plan_listen *listen = &plan->services[i].listens[j];
			if (listen->transport != PLAN_UNIX ||
				&plan->services[i] == question->service ||
				edge_between(plan, &plan->services[i], question->service))
				continue;
			first(question, listen->path, nowhere);
			return;
		}
	lack(question, "no other service listens on a unix socket");
}

static void segment(const struct question *question)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", question->world->key);
	first(question, text, nowhere);
}

static void limit(const struct question *question, uint32_t resource)
{
	const struct plan_service *service = question->service;

	for (size_t i = 0; i < service->rlimit_count; i++) {
		char text[24];
		if (service->rlimits[i].resource != resource)
			continue;
		snprintf(text, sizeof(text), "%" PRIu64, service->rlimits[i].value);
		first(question, text, service->rlimits[i].where);
		return;
	}
	lack(question, "it has no such limit");
}

static void file_limit(const struct question *question)
{
	limit(question, RLIMIT_NOFILE);
}

static void process_limit(const struct question *question)
{
	limit(question, RLIMIT_NPROC);
}

static void capabilities(const struct question *question)
{
	const struct plan_service *service = question->service;
	struct where where = nowhere;
	uint64_t mask = 0;
	char text[24];

	for (size_t i = 0; i < service->capability_count; i++) {
		mask |= UINT64_C(1) << service->capabilities[i].number;
		where = service->capabilities[i].where;
	}
	snprintf(text, sizeof(text), "0x%" PRIx64, mask);
	first(question, text, where);
	control(question, "0x0");
}

static void own_user(const struct question *question)
{
	const struct plan_identity *identity = &question->service->identity;
	char text[16];

	snprintf(text, sizeof(text), "%" PRIu32, identity->uid);
	first(question, text, identity->where);
	second(question, identity->gid);
	/* The control is root, told to be somebody else. */
	control(question, "4294967294");
}

static void inherited(const struct question *question)
{
	first(question, "", nowhere);
	second(question, question->world->host_port);
	question->arguments->setting = DRILL_HANDED;
}

static void a_peer(const struct question *question)
{
	const struct plan *plan = question->world->plan;

	for (size_t i = 0; i < plan->edge_count; i++) {
		const struct plan_edge *edge = &plan->edges[i];
		const struct plan_service *to = plan_service(plan, edge->to);
		if (edge->transport != PLAN_TCP || !to ||
			!text_equal(edge->from, question->service->name))
			continue;
		everywhere(question, to->address4, edge->port, edge->where);
		return;
	}
	lack(question, "it connects to no port of a peer");
}

static void own_port(const struct question *question)
{
	const struct plan_service *service = question->service;

	for (size_t i = 0; i < service->listen_count; i++)
		if (service->listens[i].transport == PLAN_TCP) {
			first(question, "0.0.0.0", service->listens[i].where);
			second(question, service->listens[i].first);
			return;
		}
	lack(question, "it listens on no port");
}

static void own_socket(const struct question *question)
{
	const struct plan *plan = question->world->plan;

	control(question, question->world->scratch);
	for (size_t i = 0; i < plan->socket_folder_count; i++)
		if (text_equal(plan->socket_folders[i].service, question->service->name)) {
			first(question, plan->socket_folders[i].folder,
				plan->socket_folders[i].where);
			return;
		}
	lack(question, "it listens on no unix socket");
}

/* DRILL_NOTHING has no row. */
static void (*const answers[DRILL_NEED_COUNT])(const struct question *) = {
	[DRILL_FOLDER] = folder,
	[DRILL_DECLARED_WRITE] = declared_write,
	[DRILL_DECLARED_READ] = declared_read,
	[DRILL_OTHER_FILE] = other_file,
	[DRILL_OTHER_SECRET] = other_secret,
	[DRILL_SECRET_SOURCE] = secret_source,
	[DRILL_SECRET] = secret,
	[DRILL_SINGLE] = single,
	[DRILL_NO_CODE] = no_code,
	[DRILL_NO_PROGRAMS] = no_programs,
	[DRILL_UNLINKED] = unlinked,
	[DRILL_STRANGER] = stranger,
	[DRILL_FIRST_PROCESS] = first_process,
	[DRILL_HOST_PORT] = host_port,
	[DRILL_NEAR_PORT] = near_port,
	[DRILL_NEAR_PORT6] = near_port6,
	[DRILL_FAR_PORT] = far_port,
	[DRILL_ROUTER_PORT] = router_port,
	[DRILL_INTERNET] = internet,
	[DRILL_INTERNET6] = internet6,
	[DRILL_METADATA] = metadata,
	[DRILL_FREE_PORT] = free_port,
	[DRILL_HOST_NAME] = host_name,
	[DRILL_HOST_ABSTRACT] = host_abstract,
	[DRILL_NEAR_ABSTRACT] = near_abstract,
	[DRILL_HOST_SOCKET] = host_socket,
	[DRILL_OTHER_SOCKET] = other_socket,
	[DRILL_SEGMENT] = segment,
	[DRILL_QUEUE] = host_abstract,
	[DRILL_FILE_LIMIT] = file_limit,
	[DRILL_PROCESS_LIMIT] = process_limit,
	[DRILL_DECLARED_CAPABILITIES] = capabilities,
	[DRILL_OWN_USER] = own_user,
	[DRILL_INHERITED] = inherited,
	[DRILL_PEER] = a_peer,
	[DRILL_OWN_PORT] = own_port,
	[DRILL_OWN_SOCKET] = own_socket,
};

void drill_need(const struct drill_world *world, const struct plan_service *service,
	enum drill_need need, pid_t stranger_pid, struct drill_arguments *arguments)
{
	const struct question question = {world, service, stranger_pid, arguments};

	*arguments = (struct drill_arguments){.setting = DRILL_PLAIN};
	if (answers[need])
		answers[need](&question);
	if (!arguments->control[0])
		memcpy(arguments->control, arguments->first, sizeof(arguments->control));
}
