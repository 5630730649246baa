/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drill/need.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "drill/made.h"
#include "drill/need_part.h"
#include "drill/world.h"
#include "plan/plan.h"

static const struct where nowhere;

static void single(const struct drill_question *question)
{
	if (question->service->forks)
		drill_need_lack(question, "its role makes processes");
}

static void no_code(const struct drill_question *question)
{
	if (question->service->write_execute)
		drill_need_lack(question, "its role makes code");
	question->arguments->where = question->service->write_execute_where;
}

static void no_programs(const struct drill_question *question)
{
	if (question->service->program_count)
		drill_need_lack(question, "it runs programs");
}

/* The kernel lets who changes its groups add any that its namespace maps, its init's too. */
static void fixed_groups(const struct drill_question *question)
{
	if (question->service->identity.drops)
		drill_need_lack(question, "its `users` let it change its groups");
}

static void stranger(const struct drill_question *question)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", (int)question->stranger);
	drill_need_first(question, text, nowhere);
	snprintf(question->arguments->second, sizeof(question->arguments->second), "0x%lx",
		drill_world_address());
}

static void first_process(const struct drill_question *question)
{
	question->arguments->setting = DRILL_FIRST;
}

static void host_name(const struct drill_question *question)
{
	drill_need_first(question, question->world->host_name, nowhere);
}

static void segment(const struct drill_question *question)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", question->world->key);
	drill_need_first(question, text, nowhere);
}

static void limit(const struct drill_question *question, uint32_t resource)
{
	const struct plan_service *service = question->service;

	for (size_t i = 0; i < service->rlimit_count; i++) {
		char text[24];
		if (service->rlimits[i].resource != resource)
			continue;
		snprintf(text, sizeof(text), "%" PRIu64, service->rlimits[i].value);
		drill_need_first(question, text, service->rlimits[i].where);
		return;
	}
	drill_need_lack(question, "it has no such limit");
}

static void file_limit(const struct drill_question *question)
{
	limit(question, RLIMIT_NOFILE);
}

static void process_limit(const struct drill_question *question)
{
	limit(question, RLIMIT_NPROC);
}

static void capabilities(const struct drill_question *question)
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
	drill_need_first(question, text, where);
	drill_need_control(question, "0x0");
}

static void own_user(const struct drill_question *question)
{
	const struct plan_identity *identity = &question->service->identity;
	char text[16];

	snprintf(text, sizeof(text), "%" PRIu32, identity->uid);
	drill_need_first(question, text, identity->where);
	drill_need_second(question, identity->gid);
	/* The control is root, told to be somebody else. */
	drill_need_control(question, "4294967294");
}

static void ends_listen(const struct drill_question *question)
{
	drill_need_ending(question, "listen");
}

/* By a port of a peer, where it has one. */
static void ends_connect(const struct drill_question *question)
{
	drill_need_a_peer(question);
	question->arguments->lacking = NULL;
	drill_need_ending(question, "connect");
}

static void ends_fork(const struct drill_question *question)
{
	drill_need_ending(question, "clone");
}

static void ends_execute(const struct drill_question *question)
{
	drill_need_ending(question, "execve");
}

static void ends_open(const struct drill_question *question)
{
	drill_need_folder(question);
	drill_need_ending(question, "openat");
}

static void ends_rename(const struct drill_question *question)
{
	drill_need_ending(question, "rename");
}

static void ends_remove(const struct drill_question *question)
{
	drill_need_ending(question, "unlink");
}

/* DRILL_NOTHING has no row. */
static void (*const answers[DRILL_NEED_COUNT])(const struct drill_question *) = {
	[DRILL_FOLDER] = drill_need_folder,
	[DRILL_DECLARED_WRITE] = drill_need_declared_write,
	[DRILL_DECLARED_READ] = drill_need_declared_read,
	[DRILL_OTHER_FILE] = drill_need_other_file,
	[DRILL_OTHER_SECRET] = drill_need_other_secret,
	[DRILL_SECRET_SOURCE] = drill_need_secret_source,
	[DRILL_SECRET] = drill_need_secret,
	[DRILL_SINGLE] = single,
	[DRILL_NO_CODE] = no_code,
	[DRILL_NO_PROGRAMS] = no_programs,
	[DRILL_FIXED_GROUPS] = fixed_groups,
	[DRILL_UNLINKED] = drill_need_unlinked,
	[DRILL_STRANGER] = stranger,
	[DRILL_FIRST_PROCESS] = first_process,
	[DRILL_HOST_PORT] = drill_need_host_port,
	[DRILL_NEAR_PORT] = drill_need_near_port,
	[DRILL_NEAR_PORT6] = drill_need_near_port6,
	[DRILL_FAR_PORT] = drill_need_far_port,
	[DRILL_ROUTER_PORT] = drill_need_router_port,
	[DRILL_OUTLET_PORT] = drill_need_outlet_port,
	[DRILL_INTERNET] = drill_need_internet,
	[DRILL_INTERNET6] = drill_need_internet6,
	[DRILL_NAME_SERVER] = drill_need_name_server,
	[DRILL_METADATA] = drill_need_metadata,
	[DRILL_METADATA6] = drill_need_metadata6,
	[DRILL_LINK_LOCAL] = drill_need_link_local,
	[DRILL_LINK_LOCAL6] = drill_need_link_local6,
	[DRILL_AROUND] = drill_need_around,
	[DRILL_RESOLVER] = drill_need_resolver,
	[DRILL_RESOLVER6] = drill_need_resolver6,
	[DRILL_KNOWN_RESOLVER] = drill_need_known_resolver,
	[DRILL_KNOWN_RESOLVER6] = drill_need_known_resolver6,
	[DRILL_KNOWN_TLS] = drill_need_known_tls,
	[DRILL_FREE_PORT] = drill_need_free_port,
	[DRILL_HOST_NAME] = host_name,
	[DRILL_HOST_ABSTRACT] = drill_need_host_abstract,
	[DRILL_NEAR_ABSTRACT] = drill_need_near_abstract,
	[DRILL_HOST_SOCKET] = drill_need_host_socket,
	[DRILL_OTHER_SOCKET] = drill_need_other_socket,
	[DRILL_SEGMENT] = segment,
	[DRILL_QUEUE] = drill_need_host_abstract,
	[DRILL_FILE_LIMIT] = file_limit,
	[DRILL_PROCESS_LIMIT] = process_limit,
	[DRILL_DECLARED_CAPABILITIES] = capabilities,
	[DRILL_OWN_USER] = own_user,
	[DRILL_INHERITED] = drill_need_inherited,
	[DRILL_PEER] = drill_need_a_peer,
	[DRILL_PEER_NAME] = drill_need_a_peer_name,
	[DRILL_PEER_SOCKET] = drill_need_a_peer_socket,
	[DRILL_PROGRAM] = drill_need_program,
	[DRILL_PRELOAD] = drill_need_preload,
	[DRILL_LIBRARY] = drill_need_library,
	[DRILL_TMP_SIZE] = drill_need_tmp_size,
	[DRILL_SHM_SIZE] = drill_need_shm_size,
	[DRILL_OWN_PORT] = drill_need_own_port,
	[DRILL_OWN_SOCKET] = drill_need_own_socket,
	[DRILL_ENDS_LISTEN] = ends_listen,
	[DRILL_ENDS_CONNECT] = ends_connect,
	[DRILL_ENDS_FORK] = ends_fork,
	[DRILL_ENDS_EXECUTE] = ends_execute,
	[DRILL_ENDS_OPEN] = ends_open,
	[DRILL_ENDS_RENAME] = ends_rename,
	[DRILL_ENDS_REMOVE] = ends_remove,
	[DRILL_ENDS_CODE] = drill_need_closing,
};

/* What an attempt is about may be granted by name. */
static void ungranted(const struct drill_question *question, long call)
{
	const struct plan_service *service = question->service;

	for (size_t i = 0; i < service->call_count; i++)
		if (service->calls[i].action == PLAN_ALLOW && !service->calls[i].launch_only &&
			(long)service->calls[i].number == call) {
			drill_need_lack(question, "the call is granted");
			question->arguments->where = service->calls[i].where;
		}
}

void drill_need(const struct drill_world *world, const struct plan_service *service,
	const struct drill_attempt *attempt, pid_t stranger_pid, struct drill_arguments *arguments)
{
	const struct drill_question question = {world, service, stranger_pid, arguments};

	*arguments = (struct drill_arguments){.setting = DRILL_PLAIN};
	if (attempt->made)
		drill_made_arguments(attempt->made, arguments);
	else if (answers[attempt->need])
		answers[attempt->need](&question);
	drill_need_undeclared(&question, attempt);
	if (attempt->unless)
		ungranted(&question, attempt->unless);
	if (!arguments->control[0])
		memcpy(arguments->control, arguments->first, sizeof(arguments->control));
}

const char *drill_first(const struct drill_world *world, const struct drill_arguments *arguments)
{
	bool outside = arguments->outside[0] && world->without >> LAYER_VIEW & 1;

	return outside ? arguments->outside : arguments->first;
}
