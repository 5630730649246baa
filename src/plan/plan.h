/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The plan: everything that will be done to the kernel for a stack, as plain
 * data.  Every default is resolved, every rule carries the policy or role line
 * that asked for it (`where`).  Enforcement, analysis and drills read the same
 * plan and never look back at YAML, so they cannot disagree.
 *
 * What bulkhead gives to every service, whatever its policy says (the bare
 * root, threads, no core files), names the service's own line; nothing else does.
 *
 * Same policy and host in, same bytes out.  What the host cannot give is an
 * entry of `gaps`, never a silent omission.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/prefix.h"
#include "base/where.h"
#include "catalog/layer.h"
#include "catalog/special.h"
#include "plan/service.h"

struct arena;
struct fault;
struct host;
struct host_question;
struct policy;
struct record_type;
struct report;

/* What `listens: {unix: …}` becomes: a memory folder of the stack. */
struct plan_socket_folder {
	const char *name;    /* "php+run+php": its name under the stack's run folder */
	const char *service; /* the listener */
	const char *folder;  /* its path in the views */
	uint32_t uid, gid;   /* host ids: the listener's user, the declared group; mode 2770 */
	struct where where;
};

/* Who may talk to whom. */
struct plan_edge {
	const char *from, *to; /* services */
	enum plan_transport transport;
	uint32_t port;
	const char *path;   /* unix */
	const char *folder; /* name of the socket folder */
	/* Address of `from`'s own loopback, and port, where its program looks for `to`; NULL, 0:
	 * by name alone. */
	const char *at;
	uint32_t at_port;
	uint32_t budget; /* which of the plan's budgets it goes by, from 1; 0: none */
	const char *why, *owner;
	struct where where, listen;
};

/* How much the edges of one line carry together: of one service or instance.  They name it. */
struct plan_budget {
	const char *from; /* who connects */
	uint32_t number;  /* in its table and on its link, where no other has it: made of the first
			     of its edges, so that it stays when other lines come and go */
	uint32_t new_connections, new_seconds; /* begun in so many seconds; 0: any number */
	uint32_t connections;                  /* at a time; 0: any */
	uint64_t bytes;                        /* both ways, in so many seconds; 0: any */
	uint32_t byte_seconds;
	uint64_t bandwidth; /* bits a second, each way; 0: any */
	bool drop, alert;   /* what is over is dropped, or let through and counted; else refused */
	const char *until;  /* the last day, "2026-12-31"; NULL: none */
	uint64_t end;       /* when it is over, in seconds since 1970 */
	struct where where; /* of the line */
	struct where new_where, connections_where, bytes_where, bandwidth_where, until_where;
};

/* The ways of going over a budget, and what policies call each. */
enum plan_over {
	PLAN_OVER_NEW,
	PLAN_OVER_CONNECTIONS,
	PLAN_OVER_BYTES,
	PLAN_OVER_UNTIL,
	PLAN_OVER_COUNT
};
extern const char *const plan_over_keys[PLAN_OVER_COUNT];  /* "new-connections" */
extern const char *const plan_over_names[PLAN_OVER_COUNT]; /* "new", for the kernel */

/* Does @budget say how much of that?  Then *@where, unless NULL, is where. */
bool plan_budget_has(const struct plan_budget *budget, enum plan_over way, struct where *where);
/* Of one service: the kernel numbers the classes of a link with 16 bits. */
enum { PLAN_MOST_BUDGETS = 0xfffd };

/* To a port of this machine's loopback: such an edge leaves the stack, by its outlet. */
struct plan_host_edge {
	const char *from; /* a service */
	enum plan_transport transport;
	uint32_t port;
	const char *at; /* as of struct plan_edge */
	uint32_t at_port, budget;
	const char *why, *owner;
	struct where where;
};

/* To ports of addresses beyond the stack and this machine, by the outlet as well; of a name,
 * those that the stack's resolver has answered.  What in a range is special (catalog/special.h)
 * belongs to it only where all of it lies in that; a name never has such an address. */
struct plan_outside {
	const char *from; /* a service */
	enum plan_transport transport;
	const char *range;    /* "10.0.0.0/8", "2001:db8::1"; NULL: */
	const char *name;     /* "api.example.com", or "*.example.com": one label more */
	uint32_t first, last; /* ports */
	bool tls;             /* the client's hello has to say the name */
	uint32_t budget;
	const char *why, *owner;
	struct where where;
};

/* A server that is asked for names, at port 53. */
struct plan_upstream {
	const char *address;
	struct where where; /* of `resolver`, or of the first line that needs it */
};

/* Clients whose addresses are in a range. */
struct plan_source {
	const char *range; /* "10.0.0.0/8", "192.0.2.1" */
	struct where where;
};

struct plan_publish {
	const char *service;
	enum plan_transport transport;
	uint32_t port, host_port;
	const char *address;         /* host address, without brackets */
	struct plan_source *sources; /* who may come; none: everybody */
	size_t source_count;
	uint32_t per_source; /* connections of one client at a time, by all addresses of the port;
				0: any */
	struct where where, per_source_where;
};

struct plan_network {
	const char *prefix4, *prefix6; /* "198.18.4.0/24", "fd…::/64" */
	const char *router4, *router6; /* the router's addresses */
	const char *host4;             /* whom services see in place of a door's loopback */
	const char *host_link;         /* the door's, in the host; NULL: the gateway relays */
	uint32_t router_id;            /* host id of uid 0 in the router's user namespace */
	uint32_t gateway_id;           /* host id that the gateway runs as */
	uint32_t outlet_id;            /* and the outlet; 0: nobody leaves the stack */
	uint32_t resolver_id;          /* and the resolver; 0: nobody connects to names */
	uint32_t supervisor_id;        /* and the supervisor */
	struct where where; /* of the stack; what `addresses` gives has places of its own */
	struct where prefix4_where, prefix6_where, door_where;
};

/* What the host cannot give. */
struct plan_gap {
	const char *service; /* NULL: the stack */
	enum layer layer;
	const char *feature; /* as `doctor` prints it */
	bool required;       /* launching is refused (exit 3) */
	bool not_tried;      /* nobody could look, for lack of root */
	bool accepted;       /* by `accept-missing`, which is then `where` */
	const char *text;    /* what is missing because of it */
	const char *get;     /* how to get it */
	struct where where;  /* the line that asked, or the service's */
};

struct plan {
	uint32_t version;
	const char *stack;
	struct where where;
	const char *arch;
	struct plan_network network;
	struct plan_service *services;
	size_t service_count;
	struct plan_edge *edges;
	size_t edge_count;
	struct plan_host_edge *host_edges;
	size_t host_edge_count;
	struct plan_outside *outsides;
	size_t outside_count;
	struct plan_upstream *upstreams; /* whom the resolver asks, in their order */
	size_t upstream_count;
	struct plan_budget *budgets;
	size_t budget_count;
	struct plan_publish *publishes;
	size_t publish_count;
	struct plan_socket_folder *socket_folders;
	size_t socket_folder_count;
	struct plan_gap *gaps;
	size_t gap_count;
};

enum { PLAN_VERSION = 5 };

extern const struct record_type plan_record;

/* What the policy must know of the machine: to be answered by host_answer(). */
const struct host_question *plan_questions(
	const struct policy *policy, struct arena *arena, size_t *count);

/* The names that need host ids, for host_ids(). */
const char *const *plan_id_names(const struct policy *policy, struct arena *arena, size_t *count);

/* A number for the stack of that name: the same everywhere, and no two stacks of a machine share
 * it. */
uint32_t plan_stack_hash(const char *stack);

/* The HOST_FORWARDING features that the doors of @plan need: of what other machines reach. */
uint64_t plan_forwarded(const struct plan *plan);

/*
 * Compile.  What this machine lacks (users, programs, paths) is added to
 * @report as errors, or as notes when @judging (`check`).  The plan may be
 * enforced only when the report holds no error and no gap is required.
 */
const struct plan *plan_build(const struct policy *policy, const struct host *host, bool judging,
	struct arena *arena, struct report *report);

/*
 * The same for `check`, which judges and shows no service: it reports what plan_build() would when
 * @judging, and services that are alike share their parts (plan/alike.h), so that it is quick.
 */
const struct plan *plan_judge(const struct policy *policy, const struct host *host,
	struct arena *arena, struct report *report);

/*
 * Add what @plan cannot do without and the host cannot give to @report: what is
 * missing, what it costs and how to get it; as notes, and only what was tried, when
 * @judging.  Returns how many.  What a service accepts to lack is a warning, not counted.
 */
size_t plan_report_gaps(const struct plan *plan, bool judging, struct report *report);

/* Is the last day of @budget, as edges name it, over at @now (seconds since 1970)? */
bool plan_budget_ended(const struct plan *plan, uint32_t budget, uint64_t now);

/* Add the lines whose `until` is over to @report, as warnings, and those that end within two weeks
 * of
 * @now (seconds since 1970), as notes. */
void plan_report_until(const struct plan *plan, uint64_t now, struct report *report);

/* The first that is called @name, or NULL. */
const struct plan_service *plan_service_named(const struct plan *plan, const char *name);

/* Does anybody reach this machine or what is beyond it, so that there is an outlet? */
bool plan_leaves(const struct plan *plan);

/* And @service (NULL: anybody) by datagrams?  Is a port of datagrams published? */
bool plan_leaves_by_datagrams(const struct plan *plan, const struct plan_service *service);
bool plan_publishes_datagrams(const struct plan *plan);

/* Does @service send datagrams to anybody, of the stack or outside of it? */
bool plan_sends_datagrams(const struct plan *plan, const struct plan_service *service);

/* Does @service connect to names outside, so that it has the resolver? */
bool plan_asks_names(const struct plan *plan, const struct plan_service *service);

/* A range, and those within it that do not belong to it, none of them within another one. */
enum { PLAN_SPECIALS = CATALOG_MOST_SPECIALS + 2 };
struct plan_ranges {
	struct prefix range;
	struct prefix specials[PLAN_SPECIALS];
	size_t special_count;
};

/* What @outside may mean of @family (AF_INET, AF_INET6): of a name all that is not special.  False:
 * nothing. */
bool plan_outside_ranges(const struct plan *plan, const struct plan_outside *outside, int family,
	struct plan_ranges *ranges);

/* What no name may have as its address: special ones, and the stack's own, into @ranges, at most
 * PLAN_SPECIALS of both families; returns how many. */
size_t plan_specials(const struct plan *plan, struct prefix ranges[PLAN_SPECIALS]);

/* How many addresses of the host are published: one for all instances behind it. */
size_t plan_doors(const struct plan *plan);

/* The service whose own name is @name, or NULL. */
const struct plan_service *plan_service(const struct plan *plan, const char *name);

/* Record that @plan has no service @name, with the one that is near or all there are; -ENOENT. */
int plan_no_service(const struct plan *plan, const char *name, struct fault *why);

/* plan --json, and, without what it does not say, the state of a running stack; freed by the
 * caller. */
char *plan_write(const struct plan *plan);
char *plan_write_brief(const struct plan *plan);

/* Do both come to the same?  By another name, or with other lines, a policy says what it said. */
bool plan_same(const struct plan *left, const struct plan *right);

/* Is all the same that is shared between the services of a stack: who they are, addresses, edges,
 * doors, ports that are asked, socket folders?  If not, what runs cannot go on by the other plan.
 */
bool plan_same_network(const struct plan *left, const struct plan *right);

/* Those of disks are laid down by a launch: they are about the disks that the view is on. */
bool plan_limit_of_disks(const struct plan_cgroup_limit *limit);

/* What runs of a service: confined by what it was @launched by, met by the network, the supervisor
 * and the limits of its cgroup by the @newest.  In @arena; what it points at stays theirs. */
const struct plan_service *plan_service_running(const struct plan_service *launched,
	const struct plan_service *newest, struct arena *arena);

/* The first service of @plan that is asked whether it is ready or well at a port which by @held, by
 * which the supervisor is confined, nobody listens on or is asked at; or NULL. */
const struct plan_service *plan_asks_beyond(const struct plan *plan, const struct plan *held);

/* Is all the same that the supervisor does with it? */
bool plan_same_life(const struct plan_service *left, const struct plan_service *right);

/* Is all the same that a launch of the service lays down?  What is not can change while it runs. */
bool plan_same_confinement(const struct plan_service *left, const struct plan_service *right);

int plan_read(const char *name, const char *json, size_t length, struct arena *arena,
	struct plan **plan, struct fault *why);

/* The same of what is brief, or an older program wrote: what it did not say is as it was then. */
int plan_read_older(const char *name, const char *json, size_t length, struct arena *arena,
	struct plan **plan, struct fault *why);
