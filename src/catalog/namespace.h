/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Kinds of namespaces: their flag, their file in /proc/PID/ns and the limit on making more. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct catalog_namespace {
	const char *name;     /* "network" */
	uint64_t flag;        /* CLONE_NEW* */
	const char *file;     /* in /proc/PID/ns: "net" */
	const char *limit;    /* in /proc/sys/user: "max_net_namespaces" */
	const char *sentence; /* what is private inside */
	bool own;             /* a service gets one of its own */
};

const struct catalog_namespace *catalog_namespaces(size_t *count);
