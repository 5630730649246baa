/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drill/keeper.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <mqueue.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "base/trusted.h"
#include "drill/launch.h"
#include "drill/stand_in.h"
#include "drill/world.h"
#include "plan/plan.h"
#include "stack/launch.h"

enum { PATIENCE = 5000 };

void drill_keeper_mind(const struct drill_world *world)
{
	world->made->launcher = getpid();
}

/* Every name that drill_path() can have made in @folder. */
static void sweep(int folder)
{
	scoped(dir) DIR *entries = descriptor_entries(fcntl(folder, F_DUPFD_CLOEXEC, 0));

	if (!entries)
		return;
	for (struct dirent *entry; (entry = readdir(entries));)
		if (strncmp(entry->d_name, "bulkhead-drill-", 15) == 0)
			unlinkat(folder, entry->d_name, 0);
}

/* A folder that a service may write is not walked by name alone. */
static void sweep_path(const char *path, struct where where)
{
	char name[32];
	scoped(fd) int found = trusted_open(path, where, NULL);

	if (found < 0)
		return;
	snprintf(name, sizeof(name), "/proc/self/fd/%d", found);
	scoped(fd) int folder = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder >= 0)
		sweep(folder);
}

void drill_sweep(const struct drill_world *world)
{
	static const char *const folders[] = {"/", "/etc", "/etc/cron.d", "/tmp", "/usr", "/var"};
	const struct plan *plan = world->plan;

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		sweep_path(folders[i], plan->where);
	for (size_t i = 0; i < plan->service_count; i++)
		for (size_t j = 0; j < plan->services[i].node_count; j++) {
			const struct plan_node *node = &plan->services[i].nodes[j];
			if (node->kind == PLAN_BIND && node->folder && !node->read_only &&
				!node->device)
				sweep_path(node->source, node->where);
		}
	/* What a service only reads is for it to write once layers are left off. */
	for (size_t i = 0; i < world->stand_ins.count; i++) {
		char path[PATH_MAX];
		snprintf(path, sizeof(path), "%s%s", world->stand_ins.folder,
			world->stand_ins.paths[i]);
		sweep_path(path, plan->where);
	}
	for (size_t i = 0; i < plan->socket_folder_count && world->options->run_folder; i++) {
		char path[256];
		snprintf(path, sizeof(path), "%s/sockets/%s", world->options->run_folder,
			plan->socket_folders[i].name);
		sweep_path(path, plan->socket_folders[i].where);
	}
}

static void kill_launches(const struct drill_world *world)
{
	char group[96];

	for (size_t i = 0; i < world->plan->service_count; i++)
		for (int held = 0; held < 2; held++) {
			drill_launch_group(world, &world->plan->services[i], held, group);
			stack_kill(world->plan, group, NULL);
		}
}

static void remove_objects(const struct drill_world *world)
{
	char queue[80];
	scoped(fd) int folder = open(world->scratch, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (world->made->memory >= 0)
		shmctl(world->made->memory, IPC_RMID, NULL);
	if (world->made->semaphore >= 0)
		semctl(world->made->semaphore, 0, IPC_RMID);
	if (world->made->messages >= 0)
		msgctl(world->made->messages, IPC_RMID, NULL);
	snprintf(queue, sizeof(queue), "/%s", world->name);
	mq_unlink(queue);
	if (folder >= 0)
		drill_clear_folder(folder);
	rmdir(world->scratch);
}

/* Its launcher was told to die when the drill did, but may not have done so yet. */
static void wait_for_launcher(const struct drill_world *world)
{
	pid_t launcher = world->made->launcher;
	scoped(fd) int pidfd = launcher ? (int)syscall(SYS_pidfd_open, launcher, 0U) : -1;
	struct pollfd end = {.fd = pidfd, .events = POLLIN};

	if (pidfd >= 0)
		poll(&end, 1, PATIENCE);
}

/* Nothing of the drill's is held open: readers of its output wait for the end of it.  But no other
 * drill begins before all is tidy. */
static void let_go(int drill, int told, int lock)
{
	const int kept[] = {0, 1, 2, drill, told, lock};
	int null = open("/dev/null", O_RDWR);

	for (int fd = 0; fd < 3; fd++)
		dup2(null, fd);
	descriptor_keep(0, kept, sizeof(kept) / sizeof(kept[0]));
}

static void keep(const struct drill_world *world, int drill, int told)
{
	setsid();
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	let_go(drill, told, world->options->lock);
	struct pollfd waits[] = {{.fd = drill, .events = POLLIN}, {.fd = told, .events = POLLIN}};
	while (poll(waits, 2, -1) < 0 && errno == EINTR)
		;
	if (!waits[1].revents) {
		wait_for_launcher(world);
		kill_launches(world);
	}
	/* A filter may let a service make files and not remove them. */
	drill_sweep(world);
	remove_objects(world);
	_exit(0);
}

int drill_keeper_start(struct drill_world *world, struct fault *why)
{
	int pipes[2];
	void *shared = mmap(NULL, sizeof(*world->made), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	scoped(fd) int drill = (int)syscall(SYS_pidfd_open, getpid(), 0U);

	if (shared == MAP_FAILED || drill < 0 || pipe2(pipes, O_CLOEXEC) < 0)
		return fault(why, -errno, world->plan->where, "cannot set up the drill");
	/* What an earlier drill left that was killed together with its keeper. */
	drill_sweep(world);
	world->made = shared;
	*world->made = (struct drill_made){.memory = -1, .semaphore = -1, .messages = -1};
	scoped(fd) int told = pipes[0];
	world->tell = pipes[1];
	world->keeper = fork();
	if (world->keeper == 0)
		keep(world, drill, told);
	if (world->keeper < 0)
		return fault(why, -errno, world->plan->where, "cannot fork");
	return 0;
}

void drill_keeper_end(struct drill_world *world)
{
	if (world->keeper > 0 && write(world->tell, "e", 1) == 1)
		while (waitpid(world->keeper, NULL, 0) < 0 && errno == EINTR)
			;
	if (world->tell > 0)
		close(world->tell);
	if (world->made)
		munmap(world->made, sizeof(*world->made));
	world->keeper = 0;
	world->tell = 0;
	world->made = NULL;
}
