/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * network FOLDER STACK SERVICES EDGES OWN tcp|udp [WITHOUT...]: the network of a stack as `up`
 * makes it, of two of its services: their namespaces, links, tables, shortcut, and the programs of
 * their cgroups.  OWN of the EDGES lead from the first to the second.  The namespaces are mounted
 * at FOLDER/client, server and router, which are files; the two cgroups are STACK's `service-0` and
 * `service-1`.  Prints the second one's address and the port of the last edge.
 *
 * WITHOUT is `shortcut` (as before Linux 6.6) or `rules` (no table, no shortcut, no program).
 */

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "enforce/cgroup.h"
#include "enforce/labels.h"
#include "enforce/network.h"
#include "enforce/network_link.h"
#include "enforce/network_space.h"
#include "enforce/nft.h"
#include "many.h"
#include "plan/plan.h"

enum { TCX_INGRESS = 46, ANSWERED = 2 };

static struct fault why;

static _Noreturn void fail(const char *what)
{
	fprintf(stderr, "network: %s: %s\n", what, why.text[0] ? why.text : strerror(errno));
	exit(1);
}

static void keep(int space, const char *folder, const char *name)
{
	char from[64], to[4096];

	snprintf(from, sizeof(from), "/proc/self/fd/%d", space);
	snprintf(to, sizeof(to), "%s/%s", folder, name);
	if (mount(from, to, NULL, MS_BIND, NULL) < 0)
		fail(to);
}

/* Programs of a link stay when there is nobody to ask for them. */
static void detach_shortcut(int link)
{
	union bpf_attr asked = {0}, detached = {0};
	uint32_t ids[4] = {0};

	asked.query.target_fd = (uint32_t)link;
	asked.query.attach_type = TCX_INGRESS;
	asked.query.prog_ids = (uint64_t)(uintptr_t)ids;
	asked.query.prog_cnt = sizeof(ids) / sizeof(ids[0]);
	if (syscall(SYS_bpf, BPF_PROG_QUERY, &asked, sizeof(asked)) < 0 || !asked.query.prog_cnt)
		return;
	detached.prog_id = ids[0];
	scoped(fd) int program =
		(int)syscall(SYS_bpf, BPF_PROG_GET_FD_BY_ID, &detached, sizeof(detached));
	memset(&detached, 0, sizeof(detached));
	detached.target_fd = (uint32_t)link;
	detached.attach_bpf_fd = (uint32_t)program;
	detached.attach_type = TCX_INGRESS;
	if (syscall(SYS_bpf, BPF_PROG_DETACH, &detached, sizeof(detached)) < 0)
		fail("the shortcut cannot be taken away");
}

static void flush(int space)
{
	scoped(visit) int home = enforce_network_visit(space, (struct where){0}, &why);

	if (home < 0 || enforce_nft_load("flush ruleset", "change", (struct where){0}, &why) < 0)
		fail("a table cannot be taken away");
}

static void without_shortcut(const struct plan *plan, int router)
{
	scoped(visit) int home = enforce_network_visit(router, (struct where){0}, &why);

	if (home < 0)
		fail("router");
	for (size_t i = MANY_CLIENT; i < MANY_OTHERS; i++)
		detach_shortcut(enforce_network_link_index(plan->services[i].link));
}

static bool says(char **words, const char *word)
{
	for (; *words; words++)
		if (strcmp(*words, word) == 0)
			return true;
	return false;
}

static void hold(const struct plan *plan, const struct plan_service *service, bool labels)
{
	scoped(fd) int group = enforce_cgroup_open(plan->stack, service->name, &why);

	if (group < 0 || (labels && enforce_attach_labels(plan, service, group, &why) < 0))
		fail(service->name);
}

static void make(const struct plan *plan, const char *folder, char **without)
{
	const bool rules = !says(without, "rules");
	const char *const names[] = {"client", "server"};
	struct enforce_network_router router;
	int spaces[MANY_OTHERS];

	if (enforce_network_router(plan, &router, &why) < 0)
		fail("router");
	keep(router.network, folder, "router");
	for (size_t i = MANY_CLIENT; i < MANY_OTHERS; i++) {
		if (enforce_network_service(
			    plan, &plan->services[i], router.network, &spaces[i], &why) < 0)
			fail(names[i]);
		keep(spaces[i], folder, names[i]);
		hold(plan, &plan->services[i], rules);
	}
	if (!rules || says(without, "shortcut"))
		without_shortcut(plan, router.network);
	for (size_t i = MANY_CLIENT; !rules && i < MANY_OTHERS; i++)
		flush(spaces[i]);
	if (!rules)
		flush(router.network);
}

int main(int argc, char **argv)
{
	scoped(arena) struct arena *arena = arena_new();

	if (argc < 7) {
		fprintf(stderr,
			"usage: network FOLDER STACK SERVICES EDGES OWN tcp|udp [WITHOUT...]\n");
		return 2;
	}
	const struct many many = {.stack = argv[2],
		.services = strtoul(argv[3], NULL, 10),
		.edges = strtoul(argv[4], NULL, 10),
		.own = strtoul(argv[5], NULL, 10),
		.transport = strcmp(argv[6], "udp") == 0 ? PLAN_UDP : PLAN_TCP};
	if (many.services <= MANY_OTHERS || many.own == 0 || many.own > many.edges)
		fail("there are no such networks");
	const struct plan *plan = many_plan(&many, arena);
	make(plan, argv[1], argv + 7);
	printf("%s %u\n", plan->services[MANY_SERVER].address4, many_port(many.own - 1));
	return 0;
}
