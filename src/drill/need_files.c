/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "drill/need.h"
#include "drill/need_part.h"
#include "drill/world.h"
#include "plan/plan.h"

static const struct where nowhere;

void drill_need_folder(const struct drill_question *question)
{
	drill_need_first(question, "/tmp", nowhere);
	drill_need_control(question, question->world->scratch);
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

void drill_need_declared_write(const struct drill_question *question)
{
	const struct plan_service *service = question->service;

	drill_need_control(question, question->world->scratch);
	for (size_t i = 0; i < service->node_count; i++) {
		const struct plan_node *node = &service->nodes[i];
		if (node->kind != PLAN_BIND || node->read_only || node->device || !node->folder)
			continue;
		drill_need_first(question, node->target, node->where);
		drill_need_stand_in(question, node->source);
		return;
	}
	drill_need_lack(question, "it writes no declared folder");
}

/* What the policy itself names, such as the code of the shop, before what the role brings. */
void drill_need_declared_read(const struct drill_question *question)
{
	const struct plan_service *service = question->service;
	const struct plan_node *found = NULL;

	drill_need_control(question, question->world->file);
	for (size_t i = 0; i < service->node_count; i++) {
		const struct plan_node *node = &service->nodes[i];
		bool named = text_equal(node->where.file, service->where.file);

		if (node->kind != PLAN_BIND || !node->read_only || node->executable ||
			node->device || system_path(node->target))
			continue;
		if (!found || named)
			found = node;
		if (named)
			break;
	}
	if (found) {
		drill_need_first(question, found->target, found->where);
		drill_need_stand_in(question, found->source);
	} else {
		drill_need_lack(question, "it reads no declared path");
	}
}

void drill_need_program(const struct drill_question *question)
{
	const struct plan_service *service = question->service;

	if (service->program_count)
		drill_need_first(question, service->programs[0].path, service->programs[0].where);
	else
		drill_need_lack(question, "it runs no programs");
}

void drill_need_preload(const struct drill_question *question)
{
	const struct plan_service *service = question->service;

	drill_need_folder(question);
	if (service->program_count)
		snprintf(question->arguments->second, sizeof(question->arguments->second), "%s",
			service->programs[0].path);
	else
		drill_need_lack(question, "it runs no programs");
}

void drill_need_library(const struct drill_question *question)
{
	const struct plan_service *service = question->service;

	for (size_t i = 0; i < service->node_count; i++) {
		const struct plan_node *node = &service->nodes[i];
		if (node->kind != PLAN_BIND || !node->executable || node->folder ||
			!strstr(node->target, ".so"))
			continue;
		drill_need_first(question, node->target, node->where);
		drill_need_control(question, node->source);
		return;
	}
	drill_need_lack(question, "it loads no library");
}

static void need_size(const struct drill_question *question, const char *folder)
{
	const struct plan_service *service = question->service;

	for (size_t i = 0; i < service->node_count; i++) {
		const struct plan_node *node = &service->nodes[i];
		if (node->kind != PLAN_MEMORY || !text_equal(node->target, folder))
			continue;
		drill_need_first(question, node->target, node->where);
		drill_need_second(question, node->size);
		drill_need_control(question, question->world->scratch);
		return;
	}
	drill_need_lack(question, "it has no such memory");
}

void drill_need_tmp_size(const struct drill_question *question)
{
	need_size(question, "/tmp");
}

void drill_need_shm_size(const struct drill_question *question)
{
	need_size(question, "/dev/shm");
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

/* Something that only another service may use: a file before a folder, whose names are less. */
void drill_need_other_file(const struct drill_question *question)
{
	const struct plan *plan = question->world->plan;
	const struct plan_node *found = NULL;

	for (size_t i = 0; i < plan->service_count; i++)
		for (size_t j = 0; j < plan->services[i].node_count; j++) {
			const struct plan_node *node = &plan->services[i].nodes[j];
			if (&plan->services[i] == question->service || node->kind != PLAN_BIND ||
				node->device || !node->source || system_path(node->target) ||
				views(question->service, node->source))
				continue;
			if (!found || (found->folder && !node->folder))
				found = node;
		}
	if (found)
		drill_need_first(question, found->source, nowhere);
	else
		drill_need_lack(question, "no other service has a file of its own");
}

void drill_need_other_secret(const struct drill_question *question)
{
	const struct plan *plan = question->world->plan;

	for (size_t i = 0; i < plan->service_count; i++)
		for (size_t j = 0; j < plan->services[i].secret_count; j++) {
			if (&plan->services[i] == question->service)
				continue;
			drill_need_first(question, plan->services[i].secrets[j].source, nowhere);
			return;
		}
	drill_need_lack(question, "no other service has a secret");
}

void drill_need_secret_source(const struct drill_question *question)
{
	const struct plan_service *service = question->service;

	if (service->secret_count)
		drill_need_first(question, service->secrets[0].source, service->secrets[0].where);
	else
		drill_need_lack(question, "it has no secret");
}

void drill_need_secret(const struct drill_question *question)
{
	const struct plan_service *service = question->service;

	drill_need_control(question, question->world->file);
	for (size_t i = 0; i < service->node_count; i++)
		if (service->nodes[i].kind == PLAN_SECRET) {
			drill_need_first(
				question, service->nodes[i].target, service->nodes[i].where);
			drill_need_stand_in(question, service->nodes[i].source);
			return;
		}
	drill_need_lack(question, "it has no secret that is a file");
}

void drill_need_host_socket(const struct drill_question *question)
{
	drill_need_first(question, question->world->socket, nowhere);
}

void drill_need_other_socket(const struct drill_question *question)
{
	const struct plan *plan = question->world->plan;

	drill_need_control(question, question->world->socket);
	for (size_t i = 0; i < plan->service_count; i++)
		for (size_t j = 0; j < plan->services[i].listen_count; j++) {
			const struct plan_listen *listen = &plan->services[i].listens[j];
			if (listen->transport != PLAN_UNIX ||
				&plan->services[i] == question->service ||
				drill_need_edge_between(
					plan, &plan->services[i], question->service))
				continue;
			drill_need_first(question, listen->path, nowhere);
			drill_need_outside(question, question->world->socket);
			return;
		}
	drill_need_lack(question, "no other service listens on a unix socket");
}

void drill_need_own_socket(const struct drill_question *question)
{
	const struct plan *plan = question->world->plan;

	drill_need_control(question, question->world->scratch);
	for (size_t i = 0; i < plan->socket_folder_count; i++)
		if (text_equal(plan->socket_folders[i].service, question->service->name)) {
			drill_need_first(question, plan->socket_folders[i].folder,
				plan->socket_folders[i].where);
			return;
		}
	drill_need_lack(question, "it listens on no unix socket");
}
