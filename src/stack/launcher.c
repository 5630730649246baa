/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/launcher.h"

#include <errno.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/descriptor.h"
#include "base/scoped.h"
#include "plan/plan.h"
#include "stack/begin.h"
#include "stack/control.h"
#include "stack/launch.h"
#include "stack/privilege.h"
#include "stack/state.h"
#include "stack/supervisor.h"
#include "stack/up.h"
#include "stack/up_step.h"

enum { ANSWER_SECONDS = 5 };

static const struct where nowhere;

static void tell(int news, int code, const struct fault *why)
{
	struct stack_begun begun = {.code = code, .why = *why};

	snprintf(begun.file, sizeof(begun.file), "%s", why->where.file ? why->where.file : "");
	begun.why.where.file = NULL;
	/* `up` may be gone: then so is this, soon. */
	(void)descriptor_write(news, &begun, sizeof(begun));
}

/* Three for each service: more than a shell lets a program have. */
static void raise_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static __attribute__((noreturn)) void become_supervisor(
	const struct launcher *launcher, int channel, int control, int news)
{
	const struct stack_up *up = launcher->begin->up;
	const int kept[] = {0, 1, 2, channel, control, news, launcher->start.router_network};
	const struct stack_supervise supervise = {up->plan, channel, control};
	struct fault why = {0};
	sigset_t none;

	prctl(PR_SET_NAME, "supervisor");
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* While its files can be read. */
	tzset();
	int error = descriptor_keep(0, kept, sizeof(kept) / sizeof(kept[0]));
	if (error < 0)
		fault(&why, error, nowhere, "supervisor: cannot settle its descriptors");
	else
		error = stack_confine_supervisor(
			up->plan, launcher->start.router_network, EPERM, &why);
	if (error < 0) {
		tell(news, error, &why);
		_exit(4);
	}
	if (launcher->start.router_network >= 0)
		close(launcher->start.router_network);
	tell(news, 0, &why);
	close(news);
	stack_supervise(&supervise);
}

/* In a pid namespace of its own: it sees nobody, and nothing of it outlives it. */
static int fork_supervisor(struct launcher *launcher, int news, struct fault *why)
{
	struct clone_args arguments = {.flags = CLONE_NEWPID, .exit_signal = SIGCHLD};
	const struct timeval patience = {.tv_sec = ANSWER_SECONDS};
	int ends[2];

	scoped(fd) int control = stack_control_listen(launcher->start.folder, why);
	if (control < 0)
		return control;
	stack_up_step(launcher->begin->up, STACK_UP_CONTROL);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return fault(why, -errno, nowhere, "cannot make the supervisor's channel");
	launcher->supervisor = (pid_t)syscall(SYS_clone3, &arguments, sizeof(arguments));
	if (launcher->supervisor == 0)
		become_supervisor(launcher, ends[1], control, news);
	int error = launcher->supervisor < 0 ? -errno : 0;
	close(ends[1]);
	launcher->channel = ends[0];
	/* One that was taken over may ask and never listen. */
	setsockopt(ends[0], SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	return error < 0 ? fault(why, error, nowhere, "cannot fork the supervisor") : 0;
}

static int write_down(
	struct launcher *launcher, enum stack_member_kind kind, pid_t pid, struct fault *why)
{
	const char *name = kind == STACK_LAUNCHER ? "launcher" : "supervisor";
	struct stack_member member;
	char file[32];

	snprintf(file, sizeof(file), "%s.json", name);
	int error = stack_member_fill(&member, kind, name, pid, pid);
	member.generation = launcher->start.generation;
	if (error < 0)
		return fault(why, error, nowhere, "cannot tell the %s's start time", name);
	return stack_member_write(launcher->start.folder, file, &member, why);
}

static int set_up(struct launcher *launcher, int news, struct fault *why)
{
	const struct stack_up *up = launcher->begin->up;
	const struct stack_state *state = launcher->begin->state;
	const bool older = state && state->version < STACK_STATE_VERSION;
	int error = write_down(launcher, STACK_LAUNCHER, getpid(), why);

	if (error == 0)
		error = stack_start_router(&launcher->start, state, why);
	if (error == 0 && older)
		error = stack_renew(&launcher->start, state, why);
	stack_up_step(up, STACK_UP_ROUTER);
	if (error == 0)
		error = fork_supervisor(launcher, news, why);
	if (error == 0)
		error = write_down(launcher, STACK_SUPERVISOR, launcher->supervisor, why);
	stack_up_step(up, STACK_UP_SUPERVISOR);
	return error;
}

static int block_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGCHLD);
	signal(SIGPIPE, SIG_IGN);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static struct launcher begin_launcher(const struct stack_begin *begin, struct arena *arena)
{
	const struct stack_up *up = begin->up;
	size_t count = up->plan->service_count;
	struct launcher launcher = {
		.begin = begin,
		.arena = arena,
		.services = arena_alloc(arena, (count + 1) * sizeof(struct stack_member)),
		.state = arena_alloc(arena, sizeof(struct stack_state)),
		.channel = -1,
		.start = {.plan = up->plan,
			.generation = begin->generation,
			.without = up->without,
			.kill_after = up->kill_after,
			.folder = begin->folder,
			.folder_name =
				arena_printf(arena, "%s/%s", STACK_RUN_FOLDER, up->plan->stack),
			.router_user = -1,
			.router_network = -1,
			.openings = -1},
	};

	for (size_t i = 0; i < LAUNCHER_COMMANDS; i++)
		launcher.commands[i].pidfd = -1;
	*launcher.state = (struct stack_state){
		.stack = up->plan->stack, .folder = launcher.start.folder_name, .plan = up->plan};
	for (size_t i = 0; begin->state && i < count; i++) {
		const struct stack_member *member =
			stack_state_service(begin->state, up->plan->services[i].name);

		if (member)
			launcher.services[i] = *member;
	}
	if (begin->state) {
		launcher.relays[GATEWAY_DOORS] = begin->state->gateway;
		launcher.relays[GATEWAY_OUTLET] = begin->state->outlet;
		/* A resolver asks the launcher that started it: this one starts its own. */
	}
	return launcher;
}

int stack_launcher(const struct stack_begin *begin, int news)
{
	scoped(arena) struct arena *arena = arena_new();
	struct launcher launcher = begin_launcher(begin, arena);
	struct fault why = {0};

	raise_descriptors();
	int signals = block_signals();
	int error = signals < 0 ? fault(&why, -errno, nowhere, "launcher: cannot watch signals")
				: set_up(&launcher, news, &why);
	if (error < 0) {
		tell(news, error, &why);
		return 4;
	}
	close(news);
	int status = launcher_loop(&launcher, signals);
	/* Who is nearly there is not ended with it. */
	launcher_await_starts(&launcher, STACK_WHOLE);
	/* Its end ends the supervisor as well; the signal is for one that does not listen. */
	if (launcher.supervisor > 0)
		kill(launcher.supervisor, SIGKILL);
	return status;
}
