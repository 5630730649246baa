/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/start.h"

#include <errno.h>
#include <linux/nsfs.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "enforce/cgroup.h"
#include "enforce/labels.h"
#include "enforce/network.h"
#include "plan/plan.h"
#include "stack/launch.h"
#include "stack/log.h"
#include "stack/member.h"
#include "stack/state.h"

static const struct where nowhere;

static bool any_linked(const struct plan *plan)
{
	for (size_t i = 0; i < plan->service_count; i++)
		if (plan->services[i].linked)
			return true;
	return false;
}

static int adopt_router(struct stack_start *start, const struct stack_state *state)
{
	start->router_network = stack_state_router(state);
	if (start->router_network < 0)
		return -ENOENT;
	/* Whoever holds the namespace keeps its owner alive too. */
	start->router_user = ioctl(start->router_network, NS_GET_USERNS);
	if (start->router_user >= 0)
		return 0;
	int error = -errno;
	close(start->router_network);
	start->router_network = -1;
	return error;
}

static int make_router(struct stack_start *start, struct fault *why)
{
	struct enforce_network_router router;
	struct stat about;
	int error = enforce_network_router(start->plan, &router, why);

	if (error < 0)
		return error;
	start->router_user = router.user;
	start->router_network = router.network;
	if (fstat(router.network, &about) < 0)
		return fault(why, -errno, nowhere, "cannot identify the router");
	return stack_state_write_fixed(start->folder, about.st_ino, start->generation, why);
}

int stack_start_router(
	struct stack_start *start, const struct stack_state *state, struct fault *why)
{
	int error;

	start->router_user = start->router_network = -1;
	if (!any_linked(start->plan))
		return 0;
	error = adopt_router(start, state);
	return error < 0 ? make_router(start, why) : 0;
}

static int renew_programs(
	const struct stack_state *state, const struct stack_member *member, struct fault *why)
{
	const struct plan_service *service = plan_service(state->plan, member->name);

	if (!service || !stack_member_alive(member))
		return 0;
	scoped(fd) int cgroup = enforce_cgroup_open(state->stack, member->name, why);
	return cgroup < 0 ? cgroup : enforce_attach_labels(state->plan, service, cgroup, why);
}

int stack_renew(const struct stack_start *start, const struct stack_state *state, struct fault *why)
{
	int error = 0;

	if (start->router_network >= 0)
		error = enforce_network_renew_router(start->plan, start->router_network, why);
	for (size_t i = 0; error == 0 && i < state->service_count; i++)
		error = renew_programs(state, &state->services[i], why);
	return error;
}

/* Who is written down nowhere could not be found again: it does not stay. */
static int write_down(const struct stack_start *start, const char *file,
	const struct stack_member *member, struct fault *why)
{
	int error = stack_member_write(start->folder, file, member, why);

	if (error < 0)
		stack_kill(start->plan, member->name, NULL);
	return error;
}

/* The link of who has ended is in the way, too: a namespace lives on for minutes while a connection
 * in it waits for the answer of a peer that has ended too. */
static int make_way_of(
	const struct stack_start *start, const struct plan_service *service, struct fault *why)
{
	int error = stack_kill(start->plan, service->name, why);

	if (error == 0 && service->linked && start->router_network >= 0)
		error = enforce_network_unlink(service, start->router_network, why);
	return error;
}

/* It may have ended by now: its init is ours to reap, so it can still be described. */
static void describe(const struct stack_start *start, const struct plan_service *service,
	const struct stack_launched *launched, struct stack_member *member)
{
	if (stack_member_fill(
		    member, STACK_SERVICE, service->name, launched->init, launched->service) < 0) {
		stack_member_fill(
			member, STACK_SERVICE, service->name, launched->init, launched->init);
		member->process = launched->service;
	}
	member->without = start->without;
	member->generation = start->generation;
}

int stack_start_service(struct stack_start *start, const struct plan_service *service,
	struct stack_starting *starting, struct fault *why)
{
	const struct plan *plan = start->plan;
	int error = make_way_of(start, service, why);
	scoped(fd) int log = error < 0 ? error : stack_log_folder(plan, service, why);
	scoped(fd) int exit_record =
		log < 0 ? log : stack_exit_record(start->folder, service->name, why);

	if (exit_record < 0)
		return exit_record;
	const struct stack_launch_options options = {
		.without = start->without,
		.kill_after = start->kill_after,
		.network = -1,
		.router = start->router_network,
		.run_folder = start->folder_name,
		.cgroup_name = service->name,
		.log_folder = log,
		.exit_record = exit_record,
	};
	starting->service = service;
	return stack_launch_begin(plan, service, &options, &starting->launching, why);
}

int stack_start_finish(struct stack_start *start, struct stack_starting *starting,
	struct stack_member *member, int *pidfd, struct fault *why)
{
	const struct plan_service *service = starting->service;
	struct stack_launched launched;
	char file[300];
	int error = stack_launch_end(starting->launching, &launched, why);

	starting->launching = NULL;
	if (error < 0)
		return error;
	describe(start, service, &launched, member);
	snprintf(file, sizeof(file), "services/%s.json", service->name);
	error = write_down(start, file, member, why);
	if (error == 0)
		*pidfd = take_fd(&launched.init_pidfd);
	stack_launched_close(&launched);
	return error;
}
