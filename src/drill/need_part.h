/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The parts of drill_need(): one function for each need, in the file of its subject. */

#include <stdbool.h>
#include <sys/types.h>

#include "base/where.h"

struct drill_arguments;
struct drill_world;
struct plan;
struct plan_service;

struct drill_question {
	const struct drill_world *world;
	const struct plan_service *service;
	pid_t stranger;
	struct drill_arguments *arguments;
};

/* The need has no meaning for the service: @text says why. */
void drill_need_lack(const struct drill_question *question, const char *text);
/* The arguments; @where is the policy line that the attempt goes against. */
void drill_need_first(const struct drill_question *question, const char *text, struct where where);
void drill_need_second(const struct drill_question *question, unsigned long number);
/* The control run is told something else than the service. */
void drill_need_control(const struct drill_question *question, const char *text);

/* An address and port; its control runs where every address is near. */
void drill_need_everywhere(const struct drill_question *question, const char *address,
	unsigned long port, struct where where);

/* So is the service when its view is left off: @path of the host, or what stands in for it. */
void drill_need_outside(const struct drill_question *question, const char *path);
void drill_need_stand_in(const struct drill_question *question, const char *path);

/* Is there an edge between the two, whoever opens it? */
bool drill_need_edge_between(
	const struct plan *plan, const struct plan_service *a, const struct plan_service *b);

/* need_files.c */
void drill_need_folder(const struct drill_question *question);
void drill_need_declared_write(const struct drill_question *question);
void drill_need_declared_read(const struct drill_question *question);
void drill_need_other_file(const struct drill_question *question);
void drill_need_other_secret(const struct drill_question *question);
void drill_need_secret_source(const struct drill_question *question);
void drill_need_secret(const struct drill_question *question);
void drill_need_host_socket(const struct drill_question *question);
void drill_need_other_socket(const struct drill_question *question);
void drill_need_own_socket(const struct drill_question *question);
void drill_need_program(const struct drill_question *question);
void drill_need_preload(const struct drill_question *question);
void drill_need_library(const struct drill_question *question);
void drill_need_tmp_size(const struct drill_question *question);
void drill_need_shm_size(const struct drill_question *question);

/* need_network.c */
void drill_need_unlinked(const struct drill_question *question);
void drill_need_host_port(const struct drill_question *question);
void drill_need_near_port(const struct drill_question *question);
void drill_need_near_port6(const struct drill_question *question);
void drill_need_far_port(const struct drill_question *question);
void drill_need_outlet_port(const struct drill_question *question);
void drill_need_router_port(const struct drill_question *question);
void drill_need_internet(const struct drill_question *question);
void drill_need_internet6(const struct drill_question *question);
void drill_need_name_server(const struct drill_question *question);
void drill_need_metadata(const struct drill_question *question);
void drill_need_free_port(const struct drill_question *question);
void drill_need_host_abstract(const struct drill_question *question);
void drill_need_near_abstract(const struct drill_question *question);
void drill_need_inherited(const struct drill_question *question);
void drill_need_a_peer(const struct drill_question *question);
void drill_need_a_peer_name(const struct drill_question *question);
void drill_need_a_peer_socket(const struct drill_question *question);
void drill_need_own_port(const struct drill_question *question);

/* need_surroundings.c */
void drill_need_metadata6(const struct drill_question *question);
void drill_need_link_local(const struct drill_question *question);
void drill_need_link_local6(const struct drill_question *question);
void drill_need_around(const struct drill_question *question);
void drill_need_resolver(const struct drill_question *question);
void drill_need_resolver6(const struct drill_question *question);
void drill_need_known_resolver(const struct drill_question *question);
void drill_need_known_resolver6(const struct drill_question *question);
void drill_need_known_tls(const struct drill_question *question);

/* Where an edge out of the stack leads to what @attempt goes for, it has no meaning. */
struct drill_attempt;
void drill_need_undeclared(
	const struct drill_question *question, const struct drill_attempt *attempt);

/* need_late.c */
void drill_need_ending(const struct drill_question *question, const char *call);
void drill_need_closing(const struct drill_question *question);
