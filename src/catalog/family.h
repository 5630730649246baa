/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Socket families (the first argument of socket(2)), each with what it talks to. */

#include <stdint.h>

struct catalog_family {
	uint32_t number;      /* AF_* */
	const char *name;     /* "AF_VSOCK" */
	const char *sentence; /* "the hypervisor and its other guests" */
	const char *group;    /* the catalog group that grants some of it; NULL: none does */
};

const struct catalog_family *catalog_family(uint32_t number); /* NULL when unknown */
