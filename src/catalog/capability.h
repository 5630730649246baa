/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Linux capabilities, each with what it allows and whether it means anything inside a service. */

#include <stddef.h>

struct catalog_capability {
	const char *name;     /* "CAP_CHOWN" */
	const char *sentence; /* "take ownership of any file" */
	/* Set where the capability can do nothing for a service here: the hint to give instead. */
	const char *useless;
};

/* By number; NULL past the last known. */
const struct catalog_capability *catalog_capability(unsigned number);
/* The number of "CAP_CHOWN" or "CHOWN", or -1. */
int catalog_capability_number(const char *name);
unsigned catalog_capability_count(void);
