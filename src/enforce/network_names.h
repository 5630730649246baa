/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Addresses of names outside the stack, which come and go while it runs.  Each name of a service
 * has a set in the service's own table and one in the router's, for each family, whose elements end
 * by themselves.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct fault;
struct plan;
struct plan_outside;

/* Where a service asks for names: the router's IPv4 address, at this port. */
enum { NETWORK_RESOLVER_PORT = 53 };

enum { NETWORK_NAME_SET = 256 };
/* The name of the set of the addresses of @outside; false: it is by no name. */
bool enforce_rules_name_set(const struct plan *plan, const struct plan_outside *outside, bool wide,
	char name[NETWORK_NAME_SET]);

/* Has an earlier line than that of @index the same name, and so the same sets? */
bool enforce_rules_name_repeated(const struct plan *plan, size_t index);

/*
 * Open @address, 4 or 16 bytes as they travel (@wide), to @outside, in the table that network
 * namespace @network holds, for @seconds.  One that is open stays so for the longer of both.
 */
int enforce_network_open_name(const struct plan *plan, const struct plan_outside *outside,
	int network, bool wide, const unsigned char *address, uint32_t seconds, struct fault *why);

/* Those that are open to @outside's name in the table that @network holds, *@count of them, in
 * @arena; NULL with @why. */
struct prefix;
struct prefix *enforce_network_name_addresses(const struct plan *plan,
	const struct plan_outside *outside, int network, struct arena *arena, size_t *count,
	struct fault *why);

/* What the router's table in @from has open to @service becomes open in its own, in @to, which is
 * new: others go on answering what they have learned before. */
struct plan_service;
int enforce_network_copy_names(const struct plan *plan, const struct plan_service *service,
	int from, int to, struct fault *why);
