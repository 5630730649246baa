/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/descriptor.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "config.h"
#include "enforce/cgroup.h"
#include "enforce/launch.h"
#include "enforce/layers.h"
#include "enforce/steps.h"
#include "plan/plan.h"
#include "stack/init.h"
#include "stack/launch_part.h"
#include "stack/launch_step.h"

static int open_channels(struct enforce_launch *launch, struct fault *why)
{
	void *shared = mmap(NULL, sizeof(*launch->status), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (shared == MAP_FAILED)
		return fault(why, -errno, launch->service->where, "cannot share memory");
	launch->status = shared;
	if (pipe2(launch->gate, O_CLOEXEC) < 0 || pipe2(launch->status_pipe, O_CLOEXEC) < 0)
		return fault(why, -errno, launch->service->where, "cannot make a pipe");
	return 0;
}

struct stack_launching {
	struct stack_launching *next;
	struct arena *arena;
	struct enforce_launch launch;
	int log_folder; /* the caller's */
};

/* Those of this process, the newest first. */
static struct stack_launching *under_way;

/* What ends with the launcher must not be held open by the init of another launch. */
static __attribute__((noreturn)) void be_init(struct enforce_launch *launch)
{
	for (const struct stack_launching *other = under_way; other; other = other->next) {
		const struct enforce_launch *held = &other->launch;
		const int ends[] = {held->gate[0], held->gate[1], held->status_pipe[0],
			held->guard.pipe, held->init_pidfd, held->cgroup};

		for (size_t i = 0; held != launch && i < sizeof(ends) / sizeof(ends[0]); i++)
			if (ends[i] >= 0)
				close(ends[i]);
	}
	stack_init(launch);
}

static void forget(const struct stack_launching *launching)
{
	struct stack_launching **at = &under_way;

	while (*at && *at != launching)
		at = &(*at)->next;
	if (*at)
		*at = launching->next;
}

/* What the other side has of its own by now is let go of here, the secrets first: no init that
 * another launch forks meanwhile may have any of it. */
static void hand_over(struct stack_launching *launching)
{
	struct enforce_launch *launch = &launching->launch;
	const size_t nodes = launch->service->node_count;
	int *list =
		arena_alloc(launch->arena, (2 * nodes + launch->folder_count + 32) * sizeof(*list));
	const int others[] = {launch->home_network, launch->bring_tree, launch->proc_tree,
		launch->log, launch->standard[0], launch->standard[1], launch->standard[2],
		launch->network_made ? launch->network : -1,
		launch->log_folder != launching->log_folder ? launch->log_folder : -1};
	size_t count = 0;

	enforce_forget_secrets(launch);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		list[count++] = others[i];
	for (size_t i = 0; i < launch->relay_count; i++) {
		list[count++] = launch->relays[i].from;
		list[count++] = launch->relays[i].to;
	}
	for (size_t i = 0; i < launch->folder_count; i++)
		list[count++] = launch->folders[i].fd;
	for (size_t i = 0; i < nodes; i++) {
		list[count++] = launch->sources[i];
		list[count++] = launch->trees[i];
	}
	for (size_t i = 0; i < count; i++)
		if (list[i] < 3)
			list[i] = -1;
	descriptor_close_all(list, count);
	/* By itself: as long as it is open here, the other side's end of it is not seen. */
	close(launch->status_pipe[1]);
}

static void finish(struct stack_launching *launching)
{
	struct enforce_launch *launch = &launching->launch;
	int list[] = {launch->cgroup, launch->gate[0], launch->gate[1], launch->status_pipe[0]};

	forget(launching);
	descriptor_close_all(list, sizeof(list) / sizeof(list[0]));
	if (launch->status)
		munmap(launch->status, sizeof(*launch->status));
	arena_free(launching->arena);
}

/* Leave nothing behind: the end of the init ends its pid namespace, and the cgroup the rest. */
static void undo(struct enforce_launch *launch)
{
	if (launch->init > 0) {
		kill(launch->init, SIGKILL);
		while (waitpid(launch->init, NULL, 0) < 0 && errno == EINTR)
			;
	}
	if (launch->init_pidfd >= 0)
		close(launch->init_pidfd);
	if (launch->cgroup >= 0)
		enforce_cgroup_remove(launch->plan->stack, launch->cgroup_name, NULL);
	/* Last: until then it would do the same for a launcher that is killed here. */
	guard_end(&launch->guard);
}

static int run(struct stack_launching *launching, struct fault *why)
{
	struct enforce_launch *launch = &launching->launch;
	int error = open_channels(launch, why);

	if (error == 0)
		error = enforce_walk(launch, ENFORCE_LAUNCHER, stack_launch_step, why);
	if (error == 0)
		error = stack_launch_clone(launch, be_init, why);
	if (error == 0)
		error = enforce_walk(launch, ENFORCE_MAPPER, stack_launch_step, why);
	hand_over(launching);
	if (error == 0 && write(launch->gate[1], "g", 1) != 1)
		error = fault(why, -errno, launch->service->where, "cannot open the gate");
	return error;
}

int stack_launch_begin(const struct plan *plan, const struct plan_service *service,
	const struct stack_launch_options *options, struct stack_launching **launching,
	struct fault *why)
{
	struct arena *arena = arena_new();
	struct stack_launching *begun = arena_alloc(arena, sizeof(*begun));

	*begun = (struct stack_launching){.next = under_way,
		.arena = arena,
		.launch = stack_launch_new(plan, service, options, arena),
		.log_folder = options->log_folder};
	under_way = begun;
	int error = run(begun, why);
	if (error < 0) {
		undo(&begun->launch);
		finish(begun);
		return error;
	}
	*launching = begun;
	return 0;
}

int stack_launch_channel(const struct stack_launching *launching)
{
	return launching->launch.status_pipe[0];
}

/* Until all that could still fail has let go of the pipe. */
static int wait_for_end(struct enforce_launch *launch, struct fault *why)
{
	char byte;
	ssize_t got;

	do {
		got = read(launch->status_pipe[0], &byte, 1);
		if (BULKHEAD_TEST_BUILD && got == 1)
			kill(getpid(), SIGKILL);
	} while (got > 0 || (got < 0 && errno == EINTR));
	if (launch->status->failed) {
		if (why)
			*why = launch->status->why;
		return launch->status->why.code < 0 ? launch->status->why.code : -EIO;
	}
	/* Who was killed said nothing. */
	if (!launch->status->complete)
		return fault(why, -ECHILD, launch->service->where,
			"the init of '%s' ended before its launch was complete",
			launch->service->name);
	return 0;
}

int stack_launch_end(
	struct stack_launching *launching, struct stack_launched *launched, struct fault *why)
{
	struct enforce_launch *launch = &launching->launch;
	int error = wait_for_end(launch, why);

	if (error < 0) {
		undo(launch);
	} else {
		/* 0 when it has ended already. */
		int owner = fcntl(launch->gate[0], F_GETOWN);

		*launched = (struct stack_launched){.init = launch->init,
			.service = owner > 0 ? owner : 0,
			.init_pidfd = launch->init_pidfd,
			.guard = launch->guard};
		if (!launch->foreground)
			guard_end(&launched->guard);
	}
	finish(launching);
	return error;
}

int stack_launch(const struct plan *plan, const struct plan_service *service,
	const struct stack_launch_options *options, struct stack_launched *launched,
	struct fault *why)
{
	struct stack_launching *launching;
	int error = stack_launch_begin(plan, service, options, &launching, why);

	return error < 0 ? error : stack_launch_end(launching, launched, why);
}

bool stack_launch_not_executed(const struct fault *why)
{
	/* The program may be there, and the service have no room for another process. */
	return why && why->code != -EAGAIN && strstr(why->text, "cannot execute") != NULL;
}

void stack_launched_close(struct stack_launched *launched)
{
	if (launched->init_pidfd >= 0)
		close(launched->init_pidfd);
	launched->init_pidfd = -1;
	guard_end(&launched->guard);
}

int stack_kill(const struct plan *plan, const char *cgroup_name, struct fault *why)
{
	return enforce_cgroup_remove(plan->stack, cgroup_name, why);
}
