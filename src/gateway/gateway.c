/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gateway/gateway.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/descriptor.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "enforce/connects.h"
#include "enforce/network.h"
#include "gateway/door.h"
#include "gateway/outlet.h"
#include "gateway/part.h"
#include "gateway/serve.h"
#include "plan/plan.h"

/* As pid 1 of its namespace it would not see a TERM that nobody handles. */
static void end(int signal)
{
	(void)signal;
	_exit(0);
}

static void settle_signals(void)
{
	sigset_t none;

	for (int i = 1; i < NSIG; i++)
		signal(i, i == SIGTERM || i == SIGINT ? end : i == SIGPIPE ? SIG_IGN : SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static const char *const names[] = {
	[GATEWAY_DOORS] = "gateway",
	[GATEWAY_OUTLET] = "outlet",
};

static int settle_descriptors(enum gateway_part part, const struct gateway_door *doors,
	size_t count, const struct enforce_network_router *router, int status, struct arena *arena,
	struct fault *why)
{
	int *kept = arena_alloc(arena, (count + 7) * sizeof(*kept));
	int null = open("/dev/null", O_RDWR);
	int error = null < 0 ? -errno : 0;
	size_t used = 0;

	for (int i = 0; !error && i < 3; i++) {
		error = dup2(null, i) < 0 ? -errno : 0;
		kept[used++] = i;
	}
	kept[used++] = router->user;
	kept[used++] = router->network;
	kept[used++] = status;
	for (size_t i = 0; i < count; i++)
		kept[used++] = doors[i].listener;
	if (count && doors[0].outlet)
		kept[used++] = gateway_outlet_routes(doors[0].outlet);
	if (!error)
		error = descriptor_keep(0, kept, used);
	if (error)
		return gateway_fail(part, error, "settle its descriptors", why);
	return 0;
}

/* The gateway's whole life.  @status takes one byte when it serves, else the fault. */
static __attribute__((noreturn)) void live(enum gateway_part part, const struct plan *plan,
	const struct enforce_network_router *router, int status, struct arena *arena)
{
	struct gateway_door *doors;
	size_t count;
	struct gateway_server *server = NULL;
	struct fault why = {0};
	int error;

	setsid();
	prctl(PR_SET_NAME, names[part]);
	settle_signals();
	error = part == GATEWAY_DOORS
			? gateway_doors_open(plan, arena, &doors, &count, &why)
			: gateway_outlet_open(plan, router, arena, &doors, &count, &why);
	if (!error)
		error = settle_descriptors(part, doors, count, router, status, arena, &why);
	if (!error)
		server = gateway_server(doors, count, &why);
	if (server && !gateway_confine(part, plan, router, EPERM, &why)) {
		close(router->user);
		close(router->network);
		if (write(status, "", 1) == 1) {
			close(status);
			gateway_serve(server);
		}
	}
	descriptor_write(status, &why, sizeof(why));
	_exit(1);
}

static pid_t clone_into(int cgroup, int *pidfd)
{
	struct clone_args arguments = {.flags = CLONE_NEWPID | CLONE_PIDFD,
		.pidfd = (uint64_t)(uintptr_t)pidfd,
		.exit_signal = SIGCHLD};

	if (cgroup >= 0) {
		arguments.flags |= CLONE_INTO_CGROUP;
		arguments.cgroup = (uint64_t)cgroup;
	}
	return (pid_t)syscall(SYS_clone3, &arguments, sizeof(arguments));
}

/* One byte: it serves.  A whole fault: that is why not.  Neither: it died. */
static int hear(const char *name, int status, struct where where, struct fault *why)
{
	struct fault said;
	size_t length = 0;
	ssize_t got;

	do {
		got = read(status, (char *)&said + length, sizeof(said) - length);
		if (got > 0)
			length += (size_t)got;
	} while (got > 0 || (got < 0 && errno == EINTR));
	if (got < 0)
		return fault(why, -errno, where, "cannot hear from the %s", name);
	if (length == 1)
		return 0;
	if (length != sizeof(said))
		return fault(why, -ECHILD, where, "the %s died before it could serve", name);
	if (!said.where.file)
		said.where = where;
	if (why)
		*why = said;
	return said.code ? said.code : -EIO;
}

static int start(enum gateway_part part, const struct plan *plan,
	const struct enforce_network_router *router, int cgroup, pid_t *pid, int *pidfd,
	struct fault *why)
{
	scoped(arena) struct arena *arena = arena_new();
	int status[2], error;

	if (pipe2(status, O_CLOEXEC) < 0)
		return fault(why, -errno, plan->where, "cannot make a pipe");
	*pid = clone_into(cgroup, pidfd);
	if (*pid == 0)
		live(part, plan, router, status[1], arena);
	error = *pid < 0 ? fault(why, -errno, plan->where, "cannot start the %s", names[part]) : 0;
	close(status[1]);
	if (!error)
		error = hear(names[part], status[0], plan->where, why);
	close(status[0]);
	if (error && *pid > 0) {
		kill(*pid, SIGKILL);
		while (waitpid(*pid, NULL, 0) < 0 && errno == EINTR)
			;
		close(*pidfd);
	}
	return error;
}

int gateway_start(enum gateway_part part, const struct plan *plan,
	const struct enforce_network_router *router, int cgroup, pid_t *pid, int *pidfd,
	struct fault *why)
{
	/* Before there is anything in it. */
	int error = part == GATEWAY_OUTLET ? enforce_hold_connects(plan, cgroup, why) : 0;

	*pid = -1;
	*pidfd = -1;
	if (error)
		return error;
	error = start(part, plan, router, cgroup, pid, pidfd, why);
	if (error) {
		*pid = -1;
		*pidfd = -1;
	}
	return error;
}
