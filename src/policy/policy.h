/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The policy as read: what was written, merged with roles and overlays, each
 * value with its origin.  Plain data in one arena; it never changes after
 * policy_load() returns.
 *
 * Nothing here knows this machine: users, programs and paths are names.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/where.h"
#include "catalog/layer.h"

struct arena;
struct report;

/* A word with its origin; text NULL: not given. */
struct policy_text {
	const char *text;
	struct where where;
};

struct policy_texts {
	struct policy_text *items;
	size_t count;
};

/* A number with its origin; where.file NULL: not given.  Sizes are bytes. */
struct policy_number {
	uint64_t value;
	struct where where;
};

struct policy_variable {
	const char *name;
	const char *value; /* ${secret:NAME} still stands in it */
	struct where where;
};

struct policy_secret {
	const char *name;
	const char *from; /* absolute path on the host */
	bool as_environment;
	struct where where;
};

enum policy_access { POLICY_READ, POLICY_WRITE, POLICY_LOAD, POLICY_READ_AS_ROOT };

struct policy_path {
	enum policy_access access;
	const char *path;
	bool create;
	uint32_t mode;   /* of `create` */
	bool if_present; /* roles only */
	uint64_t memory; /* bytes; 0: none.  Roles only: a private memory folder, no host path */
	const char *why; /* NULL: none */
	struct where where;
};

enum policy_transport { POLICY_TCP, POLICY_UDP, POLICY_UNIX };

struct policy_listen {
	enum policy_transport transport;
	uint16_t first, last; /* ports; equal for one */
	const char *path;     /* unix */
	const char *group;    /* unix; NULL: the service's own */
	uint32_t mode;        /* unix; 0: not given */
	const char *at;       /* "127.0.0.1", "::1": it insists on its loopback; NULL: no */
	bool alone;           /* roles only: the daemon's usual port, for a run without a policy */
	struct where where;
};

struct policy_publish {
	uint16_t port; /* the service's */
	enum policy_transport transport;
	const char *address; /* "0.0.0.0", "::", a host address */
	uint16_t host_port;
	struct policy_texts from;        /* ranges of clients; none: everybody */
	struct policy_number per_source; /* connections of one client at a time; not given: any */
	struct where where;
};

/* How much the edges of one line of `connects` carry together; a number that is not given: any. */
struct policy_budget {
	struct policy_number new_connections, connections, bytes; /* bytes: both ways */
	struct policy_number bandwidth;                           /* bits a second, each way */
	uint64_t new_seconds, byte_seconds;                       /* their periods */
	bool drop, alert; /* what is over is dropped, or let through and counted; else refused */
	struct policy_text until; /* its last day, by UTC: "2026-12-31" */
	int64_t end;              /* when that day is over, in seconds since 1970 */
};

struct policy_connect {
	enum policy_transport transport;
	const char *peer; /* a service of the stack, "host", or who is outside */
	bool host;        /* this machine's loopback */
	bool outside; /* beyond the stack and this machine; `peer` is a range, "10.0.0.0/8", or */
	bool named;   /* a name: "api.example.com", "*.example.com" */
	bool tls;     /* which TLS has to say */
	uint32_t instance;   /* of the peer, the one that is meant; 0: all */
	uint16_t port, last; /* the same, but outside, where one line is one edge */
	const char *path;    /* unix */
	const char *at; /* address of its own loopback where it looks for the peer; NULL: none */
	uint16_t at_port;
	const char *why, *owner;
	const struct policy_budget *budget; /* NULL: none */
	struct where where;
	struct where listen; /* the peer's `listens` item that it agrees with; `host` and outside:
				none */
};

struct policy_program {
	const char *path;
	bool if_present;
	struct where where;
};

/* One word of `after-ready`. */
struct policy_start_right {
	const char *name; /* as catalog/start_right.h has it */
	bool by_role;
	struct where where;
};

struct policy_limits {
	struct policy_number memory; /* bytes */
	struct policy_number processes;
	struct policy_number cpu;   /* thousandths of one CPU */
	struct policy_number files; /* open descriptors */
	struct policy_number io;    /* bytes a second */
};

/* When a service is ready, or healthy.  A name or an absolute path begins the command. */
enum policy_probe_kind {
	POLICY_PROBE_NONE,
	POLICY_PROBE_PORT,
	POLICY_PROBE_HTTP,
	POLICY_PROBE_NOTIFY,
	POLICY_PROBE_COMMAND,
};

struct policy_probe {
	enum policy_probe_kind kind;
	uint16_t port;    /* port and http */
	const char *path; /* http: begins with '/' */
	struct policy_texts command;
	struct where where; /* of the port, path or command */
};

enum policy_restart { POLICY_RESTART_ALWAYS, POLICY_RESTART_ON_FAILURE, POLICY_RESTART_NEVER };

enum policy_job_kind { POLICY_JOB_NONE, POLICY_JOB_BEFORE, POLICY_JOB_EVERY, POLICY_JOB_AT };

struct policy_job {
	enum policy_job_kind kind;
	uint64_t seconds; /* every: the period; at: after local midnight */
	struct where where;
};

/* It waits for @service: until that is ready, or, where it is a job, done. */
struct policy_dependency {
	const char *service;
	bool completed;
	struct where where; /* of `depends-on`, or of the other's `before` */
};

/* What becomes of a service in time.  A `where` without a file: not given. */
struct policy_life {
	struct policy_number instances;
	struct policy_job job;
	struct policy_probe ready, healthy;
	enum policy_restart restart;
	struct where restart_where;
	struct policy_number stop_signal, stop_within; /* SIG*, seconds */
	struct policy_number reload_signal;            /* this or the command */
	struct policy_texts reload_command;
	struct policy_dependency *dependencies;
	size_t dependency_count;
};

/* What `mode` says of a layer; where.file NULL: nothing. */
struct policy_mode {
	bool audit;
	struct where where;
};

/* A refusal that its honest program provokes: of a call, or of a path that is in no view. */
struct policy_expected {
	const char *call, *path; /* one of them */
	const char *why;
	struct where where;
};

struct policy_service {
	const char *name;
	struct where where;
	struct policy_text role;     /* name, as given; the merge is done */
	struct policy_texts command; /* argv */
	struct policy_text user, group;
	struct policy_texts groups, users;
	struct policy_text workdir;
	struct policy_variable *environment;
	size_t environment_count;
	struct policy_secret *secrets;
	size_t secret_count;
	struct policy_path *files;
	size_t file_count;
	struct policy_number tmp, shm;
	struct policy_program *programs;
	size_t program_count;
	struct policy_listen *listens;
	size_t listen_count;
	struct policy_publish *publishes;
	size_t publish_count;
	struct policy_connect *connects;
	size_t connect_count;
	struct policy_texts capabilities;       /* "CAP_…" */
	struct policy_texts allow, deny;        /* system calls: names and groups, checked */
	struct policy_start_right *after_ready; /* what `after-ready` forbids */
	size_t after_ready_count;
	struct policy_limits limits;
	struct policy_life life;
	struct policy_mode *modes;          /* of each layer; NULL: nothing is said of any */
	struct policy_texts accept_missing; /* features, as `doctor` prints them; not checked */
	struct policy_expected *expected;
	size_t expected_count;
	bool card_data;
	struct where card_data_where;
};

struct policy_addresses {
	struct policy_text ipv4; /* "198.18.4.0/24": NULL: derived from the stack's name */
	struct policy_text ipv6;
};

struct policy {
	const char *stack;
	struct where where;              /* of `stack` */
	struct policy_texts files;       /* policy, role and environment files read, in order */
	struct policy_service *services; /* in the order of the text */
	size_t service_count;
	struct policy_addresses addresses;
	struct policy_texts upstream; /* of `resolver`: addresses; none: this machine's own */
	struct where nat;             /* `gateway: nat`; no file: the gateway relays */
	size_t assertion_count, assertion_failed;
};

/* Where roles are looked for when `role:` is a name. */
struct policy_options {
	const char *const *roles; /* folders, first hit wins */
	size_t role_folder_count;
	/* `up` and `run`: a key that this version does not enforce is an error; `check`: a
	 * warning. */
	bool enforcing;
	/* Out: how many mistakes there are, shown or not, and how many of them are of this kind. */
	size_t mistakes, unsupported;
};

/*
 * Read and merge @count policy files (overlays later in the list win), checking
 * everything that the text alone decides, assertions included.  Always returns
 * a policy; it may be used only when @report holds no error.
 */
const struct policy *policy_load(const char *const *files, size_t count,
	struct policy_options *options, struct arena *arena, struct report *report);

/*
 * A policy of one service called @role, without any file: `run --role redis -- redis-server`.
 * Its origins are the role file's lines.
 */
const struct policy *policy_from_role(const char *role, char *const *command,
	struct policy_options *options, struct arena *arena, struct report *report);

/* The service called @name, or NULL. */
const struct policy_service *policy_service(const struct policy *policy, const char *name);
