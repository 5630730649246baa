/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What the plan says of one service: the parts of its confinement, in the order
 * of the layers, then the service itself.  What ties services together is in
 * plan/plan.h, what the supervisor does with one in plan/life.h.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/where.h"
#include "catalog/call.h"
#include "catalog/layer.h"
#include "plan/life.h"

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
	bool mdwe;            /* not write_execute: PR_SET_MDWE holds it beside the filter */
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

/* Is @name what it is called: by itself, or together with the other instances? */
bool plan_service_called(const struct plan_service *service, const char *name);

/* How @layer is audited in @service; NULL: it is enforced. */
const struct plan_audit *plan_audit(const struct plan_service *service, enum layer layer);
