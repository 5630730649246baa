/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The parts of plan_build(), one file each.  A planner is a build in progress:
 * the policy and host it reads, the plan it fills and the report it adds to.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/where.h"
#include "catalog/layer.h"
#include "host/host.h"
#include "plan/plan.h"
#include "policy/policy.h"

struct map;
struct plan_alike;

struct planner {
	const struct policy *policy;
	const struct host *host;
	bool judging; /* what this machine lacks is a note, not an error */
	struct arena *arena;
	struct report *report; /* of the service that is planned: see plan_turn_to() */
	struct report *heard, *unheard;
	struct plan *plan;
	struct map *created; /* path to the first service whose `files` create it */
	/* What each of the plan's services comes from: one for all instances of a service. */
	const struct policy_service **from;
	struct map *first;        /* the policy's name to the plan's first service of it */
	bool shaped;              /* an edge has a bandwidth */
	struct plan_alike *alike; /* NULL: each service is built for itself */
};

/* The plan's services, by name; their parts are planned later. */
void plan_services(struct planner *planner);

/* How many instances @service has; 0: none, it is one by itself. */
uint32_t plan_instances(const struct policy_service *service);

/* "storefront.2"; @name itself for instance 0. */
const char *plan_instance_name(struct arena *arena, const char *name, uint32_t instance);

/* What is wrong with a service is wrong with each instance: only the first one says it. */
void plan_turn_to(struct planner *planner, const struct plan_service *service);

/* The plan's services of the policy's service @name, and how many they are. */
struct plan_service *plan_services_of(
	const struct planner *planner, const char *name, size_t *count);

/* This machine lacks something: a note when judging, else an error. */
struct report_entry *plan_missing(struct planner *planner, struct where where, const char *format,
	...) __attribute__((format(printf, 3, 4)));

/* The layers that `mode` puts into audit mode; first of all. */
void plan_audits(
	struct planner *planner, const struct policy_service *from, struct plan_service *service);
/* What audit mode changes of capabilities and calls; when those are there. */
void plan_audit_rights(struct planner *planner, struct plan_service *service);

/* What the service starts without, from `accept-missing`; before its first gap. */
void plan_accept(
	struct planner *planner, const struct policy_service *from, struct plan_service *service);
/* Does it accept that @feature is missing?  The line that says so, or NULL. */
const struct plan_accepted *plan_accepts(const struct plan_service *service, const char *feature);
/* Note what it accepts for nothing; after the last gap. */
void plan_accept_check(struct planner *planner, const struct plan_service *service);

/* What its program is expected to be refused; needs the calls and the view. */
void plan_expected(
	struct planner *planner, const struct policy_service *from, struct plan_service *service);

/* The gaps of every stack and service; those that a key asks for come from its own planner. */
void plan_gaps(struct planner *planner);
/* What the host's feature cannot give; nothing when it has it. */
void plan_gap(struct planner *planner, const struct plan_service *service, enum layer layer,
	enum host_feature feature, bool required, struct where where, const char *text);

void plan_identity(
	struct planner *planner, const struct policy_service *from, struct plan_service *service);
void plan_capabilities(
	struct planner *planner, const struct policy_service *from, struct plan_service *service);
void plan_limits(
	struct planner *planner, const struct policy_service *from, struct plan_service *service);
/* The part of them that every service gets, whatever its policy says. */
void plan_ceilings(struct arena *arena, struct plan_service *service, struct where where);

/* What the supervisor does with it; after the view, whose programs a probe may use. */
void plan_life(
	struct planner *planner, const struct policy_service *from, struct plan_service *service);

/* Remember who creates which path; once, before the first view. */
void plan_note_created(struct planner *planner);
/* Does any service make this folder where there is none? */
bool plan_is_created(const struct planner *planner, const char *path);

/* The private root, in the order in which it is made.  Needs the identity and the edges. */
void plan_view(
	struct planner *planner, const struct policy_service *from, struct plan_service *service);
/* What every service has: links, /dev, memory folders, accounts and resolver files; first. */
void plan_view_skeleton(
	struct planner *planner, const struct policy_service *from, struct plan_service *service);
/* /proc, masked but for little; last, when all else is in place. */
void plan_view_proc(struct planner *planner, struct plan_service *service);
/* Audit mode: the host's files beside it; when all else is in it. */
void plan_view_tree(struct planner *planner, struct plan_service *service);
/* Is @path one that bulkhead makes for each service?  Then it is refused. */
bool plan_view_made(struct planner *planner, const struct plan_service *service,
	const struct policy_path *path);
/* Note where @found, the place of a path to write, has a mode by which @service cannot. */
void plan_view_writable(struct planner *planner, const struct plan_service *service,
	const struct policy_path *path, const struct host_path *found);
/* Judge the finished view: the working folder, and what links make of declared paths. */
void plan_view_check(struct planner *planner, const struct policy_service *from,
	const struct plan_service *service);
/* The text of its /etc/passwd and /etc/group. */
const char *plan_passwd(struct planner *planner, const struct policy_service *from,
	const struct plan_service *service);
const char *plan_group(struct planner *planner, const struct policy_service *from,
	const struct plan_service *service);
/* Programs, their libraries and modules: the executable part of the view. */
void plan_view_programs(
	struct planner *planner, const struct policy_service *from, struct plan_service *service);

/* Add a node whose target cannot be there yet, with all that is above it. */
struct plan_node *plan_node_new(struct planner *planner, struct plan_service *service,
	enum plan_node_kind kind, const char *target, struct where where);
/* Add a node unless its target is there already (then it is made as permissive as both ask). */
struct plan_node *plan_node(struct planner *planner, struct plan_service *service,
	enum plan_node_kind kind, const char *target, struct where where);
/* A generated file, and a memory folder of the service's. */
struct plan_node *plan_node_file(struct planner *planner, struct plan_service *service,
	const char *target, const char *content);
struct plan_node *plan_node_memory(struct planner *planner, struct plan_service *service,
	const char *target, uint64_t size, uint32_t mode, struct where where);
/* What lies at the node may be mapped executable.  A right that it had not yet: its line is the
 * node's origin from now on. */
void plan_node_executable(struct plan_node *node, struct where where);
/* A node, with the links on the way to it and the folders above it. */
struct plan_node *plan_node_bind(struct planner *planner, struct plan_service *service,
	const char *resolved, const struct host_link *links, size_t link_count, struct where where);

/* Where it says that it is ready, when it does: the folder and the variable that names it. */
void plan_notify(
	struct planner *planner, const struct policy_service *from, struct plan_service *service);

/* What ends when it is ready, of the calls that it has. */
void plan_endings(
	struct planner *planner, const struct policy_service *from, struct plan_service *service);

/* Landlock rules, from the finished view and the edges. */
void plan_landlock(
	struct planner *planner, const struct policy_service *from, struct plan_service *service);

/* Addresses, edges, published ports and socket folders of the whole stack. */
void plan_network(struct planner *planner);

/* The last address but one of @prefix4, which stands for the host's loopback; NULL: no prefix. */
const char *plan_host4(const char *prefix4, struct arena *arena);
/* Prefixes, the router's addresses and ids, and those of each service that has a link. */
void plan_addresses(struct planner *planner);
/* One more edge out of the stack (outward.c), with the number of its budget. */
void plan_add_host_edge(struct planner *planner, const struct policy_connect *given,
	uint32_t budget, const struct plan_service *service);
void plan_add_outside(struct planner *planner, const struct policy_connect *given, uint32_t budget,
	struct plan_service *service);
/* Does the outlet leave the resolver its port?  After the last of them. */
void plan_check_resolver_port(struct planner *planner);

/* The host id that the stack's own process @what ("router", "outlet") runs as. */
uint32_t plan_stack_id(const struct planner *planner, const char *what);
/* What it listens on, and the socket folders that this makes. */
void plan_listens(
	struct planner *planner, const struct policy_service *from, struct plan_service *service);

/* Its doors. */
void plan_publishes(
	struct planner *planner, const struct policy_service *from, struct plan_service *service);
/* The folder of @service's that its socket @path is in, or NULL. */
const struct plan_socket_folder *plan_socket_folder(
	const struct plan *plan, const char *service, const char *path);
/* Warn where @service, which connects by the line at @where, is not of the folder's group. */
void plan_socket_member(struct planner *planner, const struct plan_socket_folder *folder,
	const struct plan_service *service, struct where where);

/* Files that one service writes and another reads; warns of paths beneath them. */
void plan_file_edges(struct planner *planner);
