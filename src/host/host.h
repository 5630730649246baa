/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * What this machine offers, as plain data: kernel features found by doing,
 * users, paths, programs and their libraries.
 *
 * The only reader of the machine for planning: plan_build() sees nothing but
 * this struct, so that `plan --host HOST.json` plans for another machine.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/where.h"

struct arena;
struct fault;
struct host_index;
struct record_type;

/* Kernel features; the order is that of `doctor`. */
enum host_feature {
	HOST_USER_NAMESPACE,   /* with maps of several extents, written by the parent */
	HOST_NAMESPACES,       /* mount, pid, net, ipc, uts, cgroup */
	HOST_NAMESPACE_LIMITS, /* /proc/sys/user/max_*_namespaces of a user namespace */
	HOST_NEW_MOUNT_API,    /* open_tree, move_mount, fsopen, mount_setattr (5.12) */
	HOST_IDMAPPED_MOUNTS,  /* 5.12, on the file system of `/` */
	HOST_OPENAT2,          /* 5.6 */
	HOST_PIDFD,            /* 5.3 */
	HOST_CGROUP2, /* a mounted cgroup2 hierarchy, CLONE_INTO_CGROUP (5.7), cgroup.kill (5.14) */
	HOST_CGROUP_MEMORY, /* controllers, each */
	HOST_CGROUP_PIDS,
	HOST_CGROUP_CPU,
	HOST_CGROUP_IO,
	HOST_CGROUP_PORTS,   /* BPF programs of a cgroup: bind, connect, sockets, devices (4.17) */
	HOST_SECCOMP,        /* filters with ERRNO, KILL_PROCESS */
	HOST_SECCOMP_NOTIFY, /* calls that wait for an answer, which may be to go on (5.5) */
	HOST_LANDLOCK,       /* ABI 1 and up: see landlock_abi */
	HOST_LANDLOCK_TRUNCATE, /* ABI 3 */
	HOST_LANDLOCK_NET,      /* ABI 4 */
	HOST_LANDLOCK_IOCTL,    /* ABI 5 */
	HOST_LANDLOCK_SCOPE,    /* ABI 6 */
	HOST_MDWE,              /* PR_SET_MDWE (6.3) */
	HOST_MEMFD_NOEXEC,      /* vm.memfd_noexec=2 per pid namespace (6.3) */
	HOST_VETH,
	HOST_NFTABLES,
	HOST_TRANSPARENT_PROXY, /* IP_TRANSPARENT, `socket transparent`, fwmark routing */
	HOST_LOOPBACK_NAT,      /* nft nat in all four hooks, numgen */
	HOST_BANDWIDTH,         /* htb, by which links are shaped */
	HOST_DOOR_NAT,          /* the same with fib, for `gateway: nat` */
	HOST_DOOR_CONNECT,      /* a program that says where connect(2) leads, likewise */
	HOST_FORWARDING4,       /* the host forwards, and no firewall of it drops that */
	HOST_FORWARDING6,
	HOST_APPARMOR,
	HOST_SELINUX,
	HOST_BPF_LSM,
	HOST_FEATURE_COUNT,
};

enum host_state { HOST_NO, HOST_YES, HOST_NOT_TRIED };

struct host_feature_state {
	const char *name; /* "landlock-net", as `doctor` prints it */
	enum host_state state;
	const char *detail; /* "ABI 7", "needs root to try", the error; may be NULL */
};

/* A question that a policy asks of the machine. */
enum host_question_kind {
	HOST_ASK_USER,
	HOST_ASK_GROUP,
	HOST_ASK_PROGRAM,
	HOST_ASK_PATH,
	HOST_ASK_LOAD_FOLDER,
};

struct host_question {
	enum host_question_kind kind;
	const char *name;        /* user, group, program (name or path), path */
	const char *search_path; /* programs given by name: PATH to search */
	struct where where;
};

struct host_user {
	const char *name;
	bool found;
	uint32_t uid, gid; /* gid: the primary group */
	const char *group; /* its name */
	const char *home;
};

struct host_group {
	const char *name;
	bool found;
	uint32_t gid;
};

enum host_path_kind { HOST_ABSENT, HOST_FILE, HOST_FOLDER, HOST_SOCKET, HOST_DEVICE, HOST_OTHER };

struct host_path {
	const char *path; /* as asked */
	enum host_path_kind kind;
	const char *resolved; /* without links; NULL when absent */
	/* Names on the way that are links, each with its target: they are made in the view, so
	 * that the path as asked works there. */
	struct host_link *links;
	size_t link_count;
	uint32_t uid, gid, mode;
	const char *error; /* why the trusted walk refused it; NULL: it did not */
};

struct host_link {
	const char *path;   /* "/usr/bin/convert" */
	const char *target; /* "/etc/alternatives/convert" */
};

/* A program, or a folder of modules, with all libraries it needs. */
struct host_program {
	const char *name; /* as asked: "nginx" or a path; for a load folder the folder */
	bool found;
	const char *error;    /* why not */
	const char *path;     /* first hit in the search path, absolute */
	const char *resolved; /* without links */
	struct host_link *links;
	size_t link_count;
	const char *interpreter; /* of the ELF file, resolved, as named:
				    "/lib64/ld-linux-x86-64.so.2" */
	/* Of a #! file: the interpreter that reads it, an absolute path, which is answered as a
	 * program as well.  For `#!/usr/bin/env node` it is node's path: a service without
	 * `programs` has one exec, so the launch starts SCRIPT [ARGUMENT] PATH itself. */
	const char *script;
	const char *script_argument; /* the one argument of the #! line; NULL: none */
	bool set_id;                 /* a set-user-id or set-group-id bit, or file capabilities */
	const char **libraries;      /* resolved paths of the ELF closure, sorted, each once */
	size_t library_count;
	/* Names (DT_NEEDED in a library folder) that are links to the above. */
	struct host_link *library_links;
	size_t library_link_count;
};

/* Host ids taken by services of stacks on this machine; persistent (/var/lib/bulkhead/ids). */
struct host_id {
	const char *name; /* "shop/edge": uid 0 inside; "shop/edge/user": its default user */
	uint32_t id;
};

enum { HOST_VERSION = 1 };

struct host {
	uint32_t version;                    /* of this description: HOST_VERSION */
	const char *kernel;                  /* uname -r, for people */
	const char *arch;                    /* "x86-64" */
	struct host_feature_state *features; /* HOST_FEATURE_COUNT, by enum */
	size_t feature_count;
	uint32_t landlock_abi;
	uint32_t last_capability;
	const char *cgroup2;       /* mount point; NULL: none */
	const char **proc_entries; /* names directly in /proc that are not processes, sorted */
	size_t proc_entry_count;
	const char **name_servers; /* addresses, in the order in which they are asked */
	size_t name_server_count;
	struct host_user *users;
	size_t user_count;
	struct host_group *groups;
	size_t group_count;
	struct host_path *paths;
	size_t path_count;
	struct host_program *programs; /* HOST_ASK_PROGRAM and HOST_ASK_LOAD_FOLDER */
	size_t program_count;
	uint32_t id_first, id_last; /* the configured range */
	struct host_id *ids;
	size_t id_count;
	struct host_index *index; /* for look-ups alone (host/index.h); never written out */
};

extern const struct record_type host_record, host_program_record;

#define HOST_FEATURE_BIT(feature) (UINT64_C(1) << (feature))
#define HOST_ALL_FEATURES (HOST_FEATURE_BIT(HOST_FEATURE_COUNT) - 1)
/* What only services with network edges need. */
#define HOST_NETWORK_FEATURES                                                                      \
	(HOST_FEATURE_BIT(HOST_VETH) | HOST_FEATURE_BIT(HOST_NFTABLES) |                           \
		HOST_FEATURE_BIT(HOST_TRANSPARENT_PROXY))
/* What only services with `at` need; and those with `bandwidth`. */
#define HOST_LOOPBACK_FEATURES HOST_FEATURE_BIT(HOST_LOOPBACK_NAT)
#define HOST_BANDWIDTH_FEATURES HOST_FEATURE_BIT(HOST_BANDWIDTH)
/* What only `gateway: nat` needs. */
#define HOST_DOOR_FEATURES HOST_FEATURE_BIT(HOST_DOOR_NAT)
/* What its administrator may change at any time: it is never remembered. */
#define HOST_PASSING_FEATURES                                                                      \
	(HOST_FEATURE_BIT(HOST_DOOR_CONNECT) | HOST_FEATURE_BIT(HOST_FORWARDING4) |                \
		HOST_FEATURE_BIT(HOST_FORWARDING6))
/* What only services with that limit need. */
#define HOST_CONTROLLER_FEATURES                                                                   \
	(HOST_FEATURE_BIT(HOST_CGROUP_MEMORY) | HOST_FEATURE_BIT(HOST_CGROUP_PIDS) |               \
		HOST_FEATURE_BIT(HOST_CGROUP_CPU) | HOST_FEATURE_BIT(HOST_CGROUP_IO))
/* What no launch uses yet; `doctor` shows it. */
#define HOST_SHOWN_FEATURES                                                                        \
	(HOST_FEATURE_BIT(HOST_APPARMOR) | HOST_FEATURE_BIT(HOST_SELINUX) |                        \
		HOST_FEATURE_BIT(HOST_BPF_LSM))
/* What the launch of a service without network edges needs to know. */
#define HOST_LAUNCH_FEATURES                                                                       \
	(HOST_ALL_FEATURES &                                                                       \
		~(HOST_NETWORK_FEATURES | HOST_LOOPBACK_FEATURES | HOST_BANDWIDTH_FEATURES |       \
			HOST_DOOR_FEATURES | HOST_PASSING_FEATURES | HOST_CONTROLLER_FEATURES |    \
			HOST_SHOWN_FEATURES))

/*
 * Probe the kernel for the features whose bits are set in @wanted; the others
 * read HOST_NOT_TRIED.  Needs no root: what needs it reads HOST_NOT_TRIED too.
 * Forks for each probe that changes anything, so call it before threads exist.
 */
struct host *host_probe(struct arena *arena, uint64_t wanted);

/*
 * The same for who launches, as root: unless @again, what was found to work since
 * this machine was booted is not tried another time (host/remembered.h).  *@recalled:
 * some of it was not, so a launch that fails by it is worth a second look.
 */
struct host *host_probe_once(struct arena *arena, uint64_t wanted, bool again, bool *recalled);

/* Answer @questions about users, paths and programs into @host. */
void host_answer(struct host *host, const struct host_question *questions, size_t count,
	struct arena *arena);

/* The same for who launches, as root: programs whose files have not changed since somebody asked
 * are not looked at again (host/remembered_programs.h). */
void host_answer_once(struct host *host, const struct host_question *questions, size_t count,
	struct arena *arena);

/*
 * Give each of @names ("shop/edge", …) its id, remembered in /var/lib/bulkhead/ids
 * when @persist (needs root; under a lock); otherwise ids that would be given.  Asked
 * again, the new answer takes the place of the old.  0: all had theirs before; 1: some
 * are new; or -errno.
 */
int host_ids(struct host *host, const char *const *names, size_t count, bool persist,
	struct arena *arena, struct fault *why);

/* A description written by `doctor --json`, for `--host`. */
int host_read(const char *file, struct arena *arena, struct host **host, struct fault *why);

/* Look-ups; NULL when the question was not asked. */
const struct host_user *host_user(const struct host *host, const char *name);
const struct host_group *host_group(const struct host *host, const char *name);
const struct host_path *host_path(const struct host *host, const char *path);
const struct host_program *host_program(const struct host *host, const char *name);
const struct host_id *host_id(const struct host *host, const char *name);
bool host_has(const struct host *host, enum host_feature feature);

/* What a feature is, what its absence costs and how to get it. */
struct host_feature_entry {
	const char *name;
	const char *what;
	const char *without; /* "a service may connect to any TCP port its network lets through" */
	const char *get;     /* "Linux 6.7 with CONFIG_SECURITY_LANDLOCK=y and landlock in lsm=" */
	bool required;       /* by default, for every launch */
};
extern const struct host_feature_entry host_features[HOST_FEATURE_COUNT];
