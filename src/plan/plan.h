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

#include "base/where.h"
#include "catalog/call.h"
#include "catalog/layer.h"

struct arena;
struct fault;
struct host;
struct host_question;
struct policy;
struct record_type;
struct report;

enum plan_transport { PLAN_TCP, PLAN_UDP, PLAN_UNIX };

/* One line of a uid_map or gid_map. */
struct plan_extent {
	uint32_t inside, outside, count;
	struct where where;
};

struct plan_identity {
	uint32_t uid, gid; /* of the service, inside (= outside but for its own default id) */
	const char *user, *group_name; /* names for /etc/passwd and /etc/group of the view */
	const char *home;
	uint32_t *groups; /* supplementary */
	size_t group_count;
	uint32_t init_id;                /* host id of uid and gid 0 inside */
	struct plan_extent *uids, *gids; /* the maps; 0 first */
	size_t uid_count, gid_count;
	bool drops; /* `users`: the daemon itself drops to others, keeps SETUID, SETGID */
	struct where where;
};

struct plan_capability {
	uint32_t number;
	const char *name;
	struct where where;
};

enum plan_action { PLAN_ALLOW, PLAN_REFUSE };

/*
 * A rule about a system call.  Rules for one call are alternatives: it is
 * allowed when any allowing rule's conditions hold.  PLAN_REFUSE answers
 * `error` (ENOSYS for clone3) and stands alone for its call.
 */
struct plan_condition {
	uint32_t argument;
	bool wide, differs; /* as struct catalog_condition */
	uint64_t mask, value;
};

struct plan_call {
	const char *name;
	uint32_t number;
	enum plan_action action;
	uint32_t error; /* of PLAN_REFUSE */
	struct plan_condition *conditions;
	size_t condition_count;
	bool launch_only; /* execveat: path, argv and envp must be the launch's secret addresses */
	struct where where;
};

/* A call that is let through until the service is ready and never again (`after-ready`), where
 * all conditions hold.  Rows for one call are alternatives. */
struct plan_ending {
	const char *right; /* "listen": the word that it belongs to */
	const char *name;
	uint32_t number;
	struct plan_condition *conditions;
	size_t condition_count;
	struct where where;
};

/* What is put into the private root, in order. */
enum plan_node_kind {
	PLAN_FOLDER,  /* a folder of the root itself: mode, uid, gid */
	PLAN_LINK,    /* a symbolic link to `content` */
	PLAN_FILE,    /* a generated file with `content` */
	PLAN_BIND,    /* `source` of the host, file, folder or device */
	PLAN_MEMORY,  /* a memory file system of `size` bytes */
	PLAN_PROC,    /* procfs of the service's own pid namespace */
	PLAN_MASK,    /* an empty file or folder over something in /proc */
	PLAN_SECRET,  /* a memory file with the bytes of `source`, mode 0400, the service's */
	PLAN_SOCKETS, /* socket folder `source` of the stack ("php+run+php") */
	PLAN_HOSTS,   /* the stack's generated hosts file, rewritten in place */
	PLAN_NOTIFY,  /* memory of the init's, with the socket that $NOTIFY_SOCKET names */
	PLAN_TREE,    /* audit: the host's files, read-only, wherever the view has none */
};

#define PLAN_NOTIFY_NAME "socket" /* in the folder of PLAN_NOTIFY */

struct plan_node {
	enum plan_node_kind kind;
	const char *target; /* absolute, in the view */
	const char *source; /* resolved host path; see kind */
	const char *content;
	bool folder; /* is the target a folder? */
	/* Mount attributes; nosuid always.  `executable` also stands for libraries: mapping needs
	 * it (Landlock withholds exec). */
	bool read_only, executable, device;
	bool create;  /* make `source` when it is missing, for uid:gid of the host, with `mode` */
	bool as_root; /* read-as-root: id-mapped, read-only */
	uint32_t mode, uid, gid; /* ids inside */
	uint64_t size;
	struct where where;
};

/* Landlock: access beneath a path of the view, in LANDLOCK_ACCESS_FS_* bits. */
struct plan_beneath {
	const char *path;
	uint64_t access;
	struct where where;
};

/* Landlock: a TCP port, in LANDLOCK_ACCESS_NET_* bits. */
struct plan_port {
	uint32_t port;
	uint64_t access;
	struct where where;
};

struct plan_landlock {
	bool used;
	uint32_t abi;
	uint64_t handled_files, handled_net, scoped; /* what the domain denies by default */
	struct plan_beneath *beneath;
	size_t beneath_count;
	struct plan_port *ports;
	size_t port_count;
};

struct plan_variable {
	const char *name, *value; /* ${secret:NAME} still stands in it */
	struct where where;
};

struct plan_secret {
	const char *name, *source;
	bool as_environment;
	struct where where;
};

struct plan_program {
	const char *path;
	struct where where;
};

struct plan_rlimit {
	uint32_t resource; /* RLIMIT_* */
	const char *name;  /* "nproc" */
	uint64_t value;    /* hard; UINT64_MAX: as the launcher has it */
	uint64_t soft;
	struct where where;
};

/* What its user namespace may have of a thing that the kernel counts for each user. */
struct plan_user_limit {
	const char *file; /* of /proc/sys/user: "max_inotify_watches" */
	uint64_t value;
	struct where where;
};

/* A layer that lets through what it would refuse, and records it or is off (`mode`). */
struct plan_audit {
	enum layer layer;
	struct where where;
};

/* A feature that the service starts without where the kernel lacks it (`accept-missing`). */
struct plan_accepted {
	const char *feature; /* as `doctor` prints it */
	enum layer layer;    /* that is weaker without */
	struct where where;
};

/* A refusal that its program provokes and does without: of a call, or of a path in no view. */
struct plan_expected {
	const char *call, *path; /* one of them */
	const char *why;
	struct where where;
};

/* A cgroup v2 limit; only where the controller is available. */
struct plan_cgroup_limit {
	const char *file, *value; /* "memory.max" */
	struct where where;
};

struct plan_listen {
	enum plan_transport transport;
	uint32_t first, last;
	const char *path; /* unix */
	uint32_t mode;    /* unix; 0: not given */
	const char
		*at; /* address of its loopback that it is bound to; NULL: one that peers reach */
	struct where where;
};

/* What `listens: {unix: …}` becomes: a memory folder of the stack. */
struct plan_socket_folder {
	const char *name;    /* "php+run+php": its name under the stack's run folder */
	const char *service; /* the listener */
	const char *folder;  /* its path in the views */
	uint32_t uid, gid;   /* host ids: the listener's user, the declared group; mode 2770 */
	struct where where;
};

/*
 * The life of a service: what the supervisor does with it.  Nothing here
 * confines; all of it may change while the service runs (`reload`).
 */
enum plan_probe_kind {
	PLAN_PROBE_NONE,    /* ready: when all that it listens on is bound; healthy: not asked */
	PLAN_PROBE_PORT,    /* a connection from the router is accepted */
	PLAN_PROBE_HTTP,    /* GET from the router is answered with 200-399 */
	PLAN_PROBE_NOTIFY,  /* READY=1 on the socket $NOTIFY_SOCKET (sd_notify(3)) */
	PLAN_PROBE_COMMAND, /* a command inside its confinement ends with 0 */
};

struct plan_probe {
	enum plan_probe_kind kind;
	uint32_t port;
	const char *path;     /* http: begins with '/' */
	const char **command; /* argv; [0] is a path in the view */
	size_t command_count;
	struct where where;
};

enum plan_restart { PLAN_RESTART_ALWAYS, PLAN_RESTART_ON_FAILURE, PLAN_RESTART_NEVER };

/* It starts when @service is ready; or, where that is a job to be done @completed, ended with 0. */
struct plan_dependency {
	const char *service;
	bool completed;
	struct where where;
};

enum plan_job_kind { PLAN_JOB_NONE, PLAN_JOB_ONCE, PLAN_JOB_EVERY, PLAN_JOB_AT };

/* A job ends by itself.  ONCE (`before`) runs at `up`, before those that depend on it. */
struct plan_job {
	enum plan_job_kind kind;
	uint64_t seconds; /* every: the period; at: after local midnight */
	struct where where;
};

/* What nobody asked for has the service's own line. */
struct plan_life {
	struct plan_probe ready, healthy;
	enum plan_restart restart;
	struct where restart_where;
	uint32_t stop_signal, stop_seconds; /* then SIGKILL */
	struct where stop_signal_where, stop_seconds_where;
	uint32_t reload_signal;      /* 0: by command, or not at all */
	const char **reload_command; /* argv; [0] is a path in the view */
	size_t reload_command_count;
	struct where reload_where;
	struct plan_dependency *dependencies; /* services of the plan: each instance by itself */
	size_t dependency_count;
	struct plan_job job;
};

struct plan_service {
	const char *name, *role;
	const char *base;  /* the policy's name of it: "storefront" of "storefront.2" */
	uint32_t instance; /* from 1; 0: it has no instances */
	struct plan_life life;
	struct where where;
	const char *program; /* path in the view that the launch executes */
	const char **arguments;
	size_t argument_count;
	struct where command_where;
	const char *workdir;
	struct where workdir_where;
	bool forks;         /* may it create processes? (threads always work) */
	bool write_execute; /* may it make memory executable? else MDWE */
	struct where write_execute_where;
	bool mdwe;            /* not write_execute: PR_SET_MDWE holds it, else the filter alone */
	bool memfd_noexec;    /* vm.memfd_noexec=2 in its pid namespace */
	bool namespaces_held; /* its user namespace has room for no other */
	bool ports_held;      /* its cgroup refuses to bind ports that it does not listen on */
	bool card_data;
	struct where card_data_where;
	struct plan_identity identity;
	struct plan_capability *capabilities;
	size_t capability_count;
	struct plan_call *calls;
	size_t call_count;
	struct plan_ending *endings; /* sorted by number */
	size_t ending_count;
	bool view_closes; /* ready: every mount of its view becomes noexec */
	struct where view_closes_where;
	struct plan_node *nodes;
	size_t node_count;
	struct plan_landlock landlock;
	struct plan_variable *environment;
	size_t environment_count;
	struct plan_secret *secrets;
	size_t secret_count;
	struct plan_program *programs;
	size_t program_count;
	struct plan_rlimit *rlimits;
	size_t rlimit_count;
	struct plan_user_limit *user_limits;
	size_t user_limit_count;
	struct plan_cgroup_limit *cgroup_limits;
	size_t cgroup_limit_count;
	struct plan_listen *listens;
	size_t listen_count;
	struct plan_audit *audits;
	size_t audit_count;
	/* What the filter refuses even in audit mode when all conditions hold, of what `calls` does
	 * not allow; in the order of their numbers. */
	struct plan_call *kept;
	size_t kept_count;
	struct plan_accepted *accepted;
	size_t accepted_count;
	struct plan_expected *expected;
	size_t expected_count;
	/* Network: a service without network edges has no link. */
	bool linked;
	bool default_route; /* it publishes: replies go to the router */
	uint32_t link;      /* from 1: its interface in the router is s<link> */
	const char *address4, *address6;
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
	const char *why, *owner;
	struct where where, listen;
};

/* To a TCP port of this machine's loopback: such an edge leaves the stack, by its outlet. */
struct plan_host_edge {
	const char *from; /* a service */
	uint32_t port;
	const char *at; /* as of struct plan_edge */
	uint32_t at_port;
	const char *why, *owner;
	struct where where;
};

struct plan_publish {
	const char *service;
	enum plan_transport transport;
	uint32_t port, host_port;
	const char *address; /* host address, without brackets */
	struct where where;
};

struct plan_network {
	const char *prefix4, *prefix6; /* "198.18.4.0/24", "fd…::/64" */
	const char *router4, *router6; /* the router's addresses */
	uint32_t router_id;            /* host id of uid 0 in the router's user namespace */
	uint32_t gateway_id;           /* host id that the gateway runs as */
	uint32_t outlet_id;            /* and the outlet; 0: nobody connects to the host */
	uint32_t supervisor_id;        /* and the supervisor */
	struct where where; /* of the stack; what `addresses` gives has places of its own */
	struct where prefix4_where, prefix6_where;
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
	struct plan_publish *publishes;
	size_t publish_count;
	struct plan_socket_folder *socket_folders;
	size_t socket_folder_count;
	struct plan_gap *gaps;
	size_t gap_count;
};

enum { PLAN_VERSION = 2 };

extern const struct record_type plan_record;

/* What the policy must know of the machine: to be answered by host_answer(). */
const struct host_question *plan_questions(
	const struct policy *policy, struct arena *arena, size_t *count);

/* The names that need host ids, for host_ids(). */
const char *const *plan_id_names(const struct policy *policy, struct arena *arena, size_t *count);

/*
 * Compile.  What this machine lacks (users, programs, paths) is added to
 * @report as errors, or as notes when @judging (`check`).  The plan may be
 * enforced only when the report holds no error and no gap is required.
 */
const struct plan *plan_build(const struct policy *policy, const struct host *host, bool judging,
	struct arena *arena, struct report *report);

/*
 * Add what @plan cannot do without and the host cannot give to @report: what is
 * missing, what it costs and how to get it; as notes, and only what was tried, when
 * @judging.  Returns how many.  What a service accepts to lack is a warning, not counted.
 */
size_t plan_report_gaps(const struct plan *plan, bool judging, struct report *report);

/* Is @name what it is called: by itself, or together with the other instances? */
bool plan_service_called(const struct plan_service *service, const char *name);

/* The first that is called @name, or NULL. */
const struct plan_service *plan_service_named(const struct plan *plan, const char *name);

/* How many addresses of the host are published: one for all instances behind it. */
size_t plan_doors(const struct plan *plan);

/* The service whose own name is @name, or NULL. */
const struct plan_service *plan_service(const struct plan *plan, const char *name);

/* How @layer is audited in @service; NULL: it is enforced. */
const struct plan_audit *plan_audit(const struct plan_service *service, enum layer layer);

/* Record that @plan has no service @name, with the one that is near or all there are; -ENOENT. */
int plan_no_service(const struct plan *plan, const char *name, struct fault *why);

/* plan --json, and the state of a running stack. */
char *plan_write(const struct plan *plan); /* freed by the caller */

/* Do both come to the same?  By another name, or with other lines, a policy says what it said. */
bool plan_same(const struct plan *left, const struct plan *right);

/* Is all the same that is shared between the services of a stack: who they are, addresses, edges,
 * doors, ports that are asked, socket folders?  If not, what runs cannot go on by the other plan.
 */
bool plan_same_network(const struct plan *left, const struct plan *right);

/* Is all the same that the supervisor does with it? */
bool plan_same_life(const struct plan_service *left, const struct plan_service *right);

/* Is all the same that a launch of the service lays down?  What is not can change while it runs. */
bool plan_same_confinement(const struct plan_service *left, const struct plan_service *right);

int plan_read(const char *name, const char *json, size_t length, struct arena *arena,
	struct plan **plan, struct fault *why);

/* The same of what an older program wrote: what it did not say is as it was then. */
int plan_read_older(const char *name, const char *json, size_t length, struct arena *arena,
	struct plan **plan, struct fault *why);
