/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drill/world.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <mqueue.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "config.h"

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "drill/control.h"
#include "drill/echo.h"
#include "drill/everywhere.h"
#include "drill/keeper.h"
#include "drill/listeners.h"
#include "drill/stand_in.h"
#include "plan/plan.h"

/* Below those that the kernel gives to clients, which may bind them. */
enum { FIRST_PORT = 27113, SPREAD = 2000 };

static volatile char target; /* read and written by attempts on strangers */

unsigned long drill_world_address(void)
{
	return (unsigned long)&target;
}

const char *drill_payload(void)
{
	static const char *const paths[] = {BULKHEAD_PAYLOAD, BULKHEAD_BUILD_PAYLOAD};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (access(paths[i], X_OK) == 0)
			return paths[i];
	return NULL;
}

static int keep(struct drill_world *world, pid_t pid, struct fault *why)
{
	if (world->helper_count < DRILL_MOST_HELPERS) {
		world->helpers[world->helper_count++] = pid;
		return 0;
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return fault(why, -E2BIG, world->plan->where, "the stack has too many services to drill");
}

static int make_scratch(struct drill_world *world, struct fault *why)
{
	snprintf(world->scratch, sizeof(world->scratch), "/var/tmp/bulkhead-drill-XXXXXX");
	if (!mkdtemp(world->scratch))
		return fault(why, -errno, world->plan->where, "cannot make a folder in /var/tmp");
	/* Open to all: what keeps a service out of it must be its confinement. */
	chmod(world->scratch, 0755);
	snprintf(world->file, sizeof(world->file), "%s/file", world->scratch);
	snprintf(world->socket, sizeof(world->socket), "%s/host.sock", world->scratch);
	world->run_folder = world->options->run_folder;
	if (!world->run_folder)
		world->run_folder = arena_printf(world->arena, "%s/run", world->scratch);
	snprintf(world->name, sizeof(world->name), "%s", strrchr(world->scratch, '/') + 1);
	int error = drill_keeper_start(world, why);
	if (error)
		rmdir(world->scratch);
	return error;
}

static int make_file(const struct drill_world *world, struct fault *why)
{
	scoped(fd) int fd = open(world->file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

	if (fd < 0 || write(fd, "drill\n", 6) != 6)
		return fault(why, -errno, world->plan->where, "cannot write %s", world->file);
	return 0;
}

/* System V objects and a message queue that everybody could use who sees them.  What this host
 * cannot make leaves its attempt void. */
static void make_objects(struct drill_world *world)
{
	char queue[80];

	world->made->memory = shmget(world->key, 4096, IPC_CREAT | IPC_EXCL | 0666);
	world->made->semaphore = semget(world->key, 1, IPC_CREAT | IPC_EXCL | 0666);
	world->made->messages = msgget(world->key, IPC_CREAT | IPC_EXCL | 0666);
	snprintf(queue, sizeof(queue), "/%s", world->name);
	mqd_t made = mq_open(queue, O_RDWR | O_CREAT | O_EXCL, 0666, NULL);
	if (made >= 0)
		mq_close(made);
}

/* Those of shells, names and web servers, of a debugger of Node, and the last. */
const uint16_t drill_samples[] = {22, 53, 443, 9229, 65535};
const size_t drill_sample_count = sizeof(drill_samples) / sizeof(drill_samples[0]);

bool drill_declares(const struct plan_service *service, unsigned port)
{
	for (size_t i = 0; i < service->listen_count; i++) {
		const struct plan_listen *listen = &service->listens[i];
		if (listen->transport != PLAN_UNIX && port >= listen->first && port <= listen->last)
			return true;
	}
	return false;
}

static bool declared(const struct plan *plan, unsigned port)
{
	for (size_t i = 0; i < plan->host_edge_count; i++)
		if (plan->host_edges[i].port == port)
			return true;
	for (size_t i = 0; i < plan->service_count; i++)
		if (drill_declares(&plan->services[i], port))
			return true;
	return false;
}

static int find_links(struct drill_world *world, struct fault *why)
{
	struct drill_links router = {0};
	int error = drill_links(-1, &world->machine, why);

	if (!error && world->options->router >= 0)
		error = drill_links(world->options->router, &router, why);
	memcpy(world->router_link, router.own6, sizeof(world->router_link));
	return error;
}

static uint16_t undeclared_port(const struct plan *plan, unsigned from)
{
	while (declared(plan, from))
		from++;
	return (uint16_t)from;
}

int drill_world_echo(struct drill_world *world, struct drill_echo *echo, struct fault *why)
{
	pid_t pid;
	int error = drill_echo(echo, &pid, why);

	if (error) {
		if (pid > 0)
			waitpid(pid, NULL, 0);
		return error;
	}
	return keep(world, pid, why);
}

int drill_world_open(const struct plan *plan, const struct drill_options *options,
	struct drill_world *world, struct fault *why)
{
	*world = (struct drill_world){.plan = plan,
		.options = options,
		.drill = getpid(),
		.without = options->without,
		.arena = options->arena,
		.everywhere = -1};
	world->key = 0x62000000 | (getpid() & 0xffffff);
	gethostname(world->host_name, sizeof(world->host_name) - 1);
	/* Two drills of one running stack meet in its networks. */
	world->near_port = undeclared_port(plan, FIRST_PORT + 2 * ((unsigned)getpid() % SPREAD));
	world->free_port = undeclared_port(plan, world->near_port + 1U);
	world->cache = drill_cache_new();
	int error = make_scratch(world, why);
	if (!error)
		error = make_file(world, why);
	if (!error)
		error = find_links(world, why);
	if (!error) {
		make_objects(world);
		error = drill_listeners_start(world, why);
	}
	if (!error && options->apart)
		error = drill_make_stand_ins(world, why);
	if (!error && options->apart)
		error = drill_everywhere_open(world, why);
	if (error)
		drill_world_close(world);
	return error;
}

void drill_world_close(struct drill_world *world)
{
	for (size_t i = 0; i < world->helper_count; i++)
		kill(world->helpers[i], SIGKILL);
	for (size_t i = 0; i < world->helper_count; i++)
		waitpid(world->helpers[i], NULL, 0);
	world->helper_count = 0;
	drill_cache_free(world->cache);
	world->cache = NULL;
	if (world->everywhere >= 0)
		close(world->everywhere);
	drill_keeper_end(world);
}

static uint32_t outside(const struct plan_extent *extents, size_t count, uint32_t inside)
{
	for (size_t i = 0; i < count; i++)
		if (inside - extents[i].inside < extents[i].count)
			return extents[i].outside + (inside - extents[i].inside);
	return inside;
}

static void be_stranger(uint32_t uid, uint32_t gid, int ready)
{
	/* A null device: attempts copy its descriptors. */
	int null = open("/dev/null", O_RDWR);

	if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0 ||
		setgroups(0, NULL) < 0 || setresgid(gid, gid, gid) < 0 ||
		setresuid(uid, uid, uid) < 0)
		_exit(1);
	/* Changing users made it undumpable: what protects it must be the other's confinement. */
	prctl(PR_SET_DUMPABLE, 1);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (write(ready, "", 1) != 1)
		_exit(1);
	close(ready);
	for (;;)
		pause();
}

int drill_world_stranger(struct drill_world *world, const struct plan_service *service, pid_t *pid,
	struct fault *why)
{
	const struct plan_identity *identity = &service->identity;
	uint32_t uid = outside(identity->uids, identity->uid_count, identity->uid);
	uint32_t gid = outside(identity->gids, identity->gid_count, identity->gid);
	const long flags = CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | SIGCHLD;
	int pipes[2];
	char byte;

	if (pipe2(pipes, O_CLOEXEC) < 0)
		return fault(why, -errno, service->where, "cannot make a pipe");
	scoped(fd) int heard = pipes[0], ready = pipes[1];
	long made = syscall(SYS_clone, flags, NULL, NULL, NULL, 0UL);
	if (made == 0)
		be_stranger(uid, gid, ready);
	if (made < 0)
		return fault(why, -errno, service->where,
			"cannot make a process with the user of '%s'", service->name);
	close(take_fd(&ready));
	*pid = (pid_t)made;
	int error = keep(world, *pid, why);
	if (error)
		return error;
	if (read(heard, &byte, 1) != 1)
		return fault(why, -ECHILD, service->where,
			"a process with the user of '%s' did not start", service->name);
	return 0;
}
