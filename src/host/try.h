/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Finding out what the kernel gives by doing it, once, where nothing is
 * changed: in a child of our own and in namespaces that end with it.
 *
 * Versions, configuration files and lists of names are never asked: vendors
 * switch features off that all of these promise.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "host/host.h"

struct arena;
struct bpf_insn;

/* One try; an attempt fills it and returns the state. */
struct host_try {
	struct arena *arena;
	struct host *host; /* what is known so far: cgroup2, landlock_abi */
	bool root;         /* the caller is root (in a new namespace everybody is) */
	char detail[200];  /* what was found, or what failed and how; may stay empty */
};

typedef enum host_state host_attempt(struct host_try *try);

/* Say why and answer no; without root, for want of a right, "not tried". */
enum host_state host_refused(struct host_try *try, int error, const char *what);

/* Set the detail; returns @state. */
enum host_state host_found(struct host_try *try, enum host_state state, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Run @attempt in a child, in new @namespaces (CLONE_NEW*, 0: none): it all ends with it. */
enum host_state host_in_child(struct host_try *try, uint64_t namespaces, host_attempt *attempt);

/*
 * The same in a new user namespace as well, as id 0 with all rights in it.  With
 * root the parent writes maps of several extents; else it maps the caller alone.
 */
enum host_state host_in_user_namespace(
	struct host_try *try, uint64_t namespaces, host_attempt *attempt);

/* clone3 of a child that shares nothing; @pidfd and @cgroup may be NULL and -1. */
pid_t host_clone(uint64_t flags, int *pidfd, int cgroup);

/* Run @attempt with a new cgroup, which is removed afterwards. */
typedef enum host_state host_cgroup_attempt(struct host_try *try, int folder);
enum host_state host_in_cgroup(struct host_try *try, host_cgroup_attempt *attempt);

/* Hand a program to the kernel: its descriptor, which the caller closes, or -errno. */
int host_load_program(const struct bpf_insn *steps, size_t count, int type, int hook);
/* At @hook of the cgroup @folder, by BPF_F_ @flags: 0 or -errno. */
int host_attach_program(int folder, int program, int hook, uint32_t flags);

/* What the kernel says, without trying any of it; 0: no Landlock. */
uint32_t host_landlock_abi(void);

/* The attempts, by feature. */
host_attempt host_try_user_namespace, host_try_namespaces, host_try_namespace_limits;
host_attempt host_try_new_mount_api, host_try_idmapped_mounts, host_try_openat2;
host_attempt host_try_pidfd, host_try_seccomp, host_try_seccomp_notify, host_try_mdwe,
	host_try_memfd_noexec;
host_attempt host_try_cgroup2, host_try_cgroup_memory, host_try_cgroup_pids, host_try_cgroup_cpu,
	host_try_cgroup_io, host_try_cgroup_ports;
host_attempt host_try_landlock, host_try_landlock_truncate, host_try_landlock_net,
	host_try_landlock_ioctl, host_try_landlock_scope;
host_attempt host_try_apparmor, host_try_selinux, host_try_bpf_lsm;
host_attempt host_try_veth, host_try_nftables, host_try_transparent_proxy, host_try_loopback_nat;
host_attempt host_try_bandwidth, host_try_door_nat, host_try_door_connect, host_try_forwarding4,
	host_try_forwarding6;
