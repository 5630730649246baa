/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drill/attempt.h"

#include <string.h>

#define CATEGORY(word, label, says)                                                                \
	{                                                                                          \
		label, says, drill_##word, &drill_##word##_count                                   \
	}

/* Order is the order of the table of verdicts. */
static const struct drill_category categories[] = {
	CATEGORY(files, "files", "reading and writing files that are not its own"),
	CATEGORY(secrets, "secrets", "reading what others must keep"),
	CATEGORY(exec, "exec", "running a second program"),
	CATEGORY(memory, "memory", "turning data into code"),
	CATEGORY(surface, "kernel surface", "reaching kernel code that no service needs"),
	CATEGORY(newer, "new system calls",
		"calls younger than the libraries that filters are made with"),
	CATEGORY(abi, "other ABIs", "entering the kernel by another door"),
	CATEGORY(namespaces, "namespaces", "building or entering another world"),
	CATEGORY(capabilities, "capabilities", "using privilege"),
	CATEGORY(devices, "devices", "talking to hardware"),
	CATEGORY(terminals, "terminals", "typing and listening where people sit"),
	CATEGORY(proc, "proc and sys", "reading and setting the kernel by /proc and /sys"),
	CATEGORY(processes, "other processes", "touching a process of another service"),
	CATEGORY(ipc, "IPC", "meeting others in memory, queues and local sockets"),
	CATEGORY(inherited, "inherited descriptors", "using what the launcher left open"),
	CATEGORY(network, "network", "talking to undeclared peers"),
	CATEGORY(surroundings, "surroundings", "talking to what is no part of its stack"),
	CATEGORY(sockets, "sockets", "making sockets that no rule of ports sees"),
	CATEGORY(resources, "exhaustion", "taking more than its share"),
	CATEGORY(late, "after ready", "using a right of its start when it is ready"),
};

const struct drill_category *drill_categories(size_t *count)
{
	*count = sizeof(categories) / sizeof(categories[0]);
	return categories;
}

static const struct drill_attempt *find(
	const struct drill_attempt *rows, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(rows[i].name, name) == 0)
			return &rows[i];
	return NULL;
}

const struct drill_attempt *drill_attempt(const char *name, const struct drill_category **category)
{
	for (size_t i = 0; i < sizeof(categories) / sizeof(categories[0]); i++) {
		const struct drill_attempt *row =
			find(categories[i].attempts, *categories[i].count, name);
		if (row && category)
			*category = &categories[i];
		if (row)
			return row;
	}
	if (category)
		*category = NULL;
	const struct drill_attempt *row = find(drill_permitted, drill_permitted_count, name);
	return row ? row : find(drill_undeclared, drill_undeclared_count, name);
}
