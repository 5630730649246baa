/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Kinds: the service's cgroup refuses to make an internet socket of a kind that no right of the
 * service gives (raw, SCTP, multipath TCP), to give one an option that no service has a use for
 * (BPF programs, protocols on top, another's address), and to open or make a device that is not in
 * its view.  Small programs that the kernel runs, as for ports (enforce/ports.h): what a filter and
 * a view say already, said by another part of the kernel.
 */

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct fault;
struct plan_service;

struct enforce_kind {
	const char *what; /* "sockets" */
	int type, hook;   /* enum bpf_prog_type, bpf_attach_type */
};

enum { ENFORCE_KINDS = 3 };
extern const struct enforce_kind enforce_kinds[ENFORCE_KINDS];

/* May @service make an internet socket of @type, with the type's usual protocol? */
bool enforce_kind_allowed(const struct plan_service *service, int type);

/* Is kind @which held for @service?  Not the options of sockets that it cannot make. */
bool enforce_kind_held(const struct plan_service *service, size_t which);

/* Load the program of kind @which for @service; its descriptor, which the caller closes. */
int enforce_kind_program(
	const struct plan_service *service, size_t which, struct arena *arena, struct fault *why);
