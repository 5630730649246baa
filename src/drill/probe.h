/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * One harmless call of each group of system calls (catalog/call.h), by number: with arguments
 * that mean nothing, so that the kernel refuses it once it has begun to look.
 */

#include <stddef.h>
#include <stdint.h>

struct drill_probe {
	const char *group;
	long number;
	uint64_t arguments[6];
	int error; /* that says that the kernel has begun to look */
};

/* Rows of one group follow each other. */
extern const struct drill_probe drill_probes[];
extern const size_t drill_probe_count;
