/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* A small stack's router and the networks of its services, without the services. */

#include <stdbool.h>

#include "enforce/network.h"

struct plan;

/*
 * web (published at host ports 443 and 80) -> api:3000 -> db:5432; web -> db:53/udp;
 * db is asked at ports 5432 and 9187 whether it is well; worker has no network.
 */
extern const struct plan network_plan;
enum { WEB, API, DB, WORKER, SERVICES };

/* Those in play. */
extern struct enforce_network_router router;
extern int networks[SERVICES];

/* Of that plan, or of another with these services; 0, or not after a line on standard error. */
int network_stack_build(void **state);
int network_stack_build_of(const struct plan *plan);
int network_stack_take_down(void **state);

/* A test with that stack to itself; for who has included cmocka.h. */
#define NETWORK_STACK_TEST(test)                                                                   \
	cmocka_unit_test_setup_teardown(test, network_stack_build, network_stack_take_down)

/* Have nft read @text in @network; 0 or -errno. */
int network_stack_load(int network, const char *text);

/* Of @service, by IPv6 when @wide. */
const char *network_stack_address(int service, bool wide);
