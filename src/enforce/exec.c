/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/descriptor.h"
#include "base/fault.h"
#include "enforce/launch.h"
#include "enforce/layers.h"
#include "enforce/seccomp.h"
#include "plan/plan.h"
#include "plan/seccomp.h"

#ifndef PR_SET_MDWE
#define PR_SET_MDWE 65
#define PR_MDWE_REFUSE_EXEC_GAIN 1
#endif

enum { MAP_TRIES = 32 };

/*
 * A program in an anonymous memory file is on no mount that could refuse it.
 * The sysctl is the pid namespace's, and only uid 0 of the host may write the
 * file: so before the init changes its ids.
 */
int enforce_refuse_memfd_exec(struct enforce_launch *launch, struct fault *why)
{
	if (!launch->service->memfd_noexec || enforce_leaves_out(launch, LAYER_NAMESPACES))
		return 0;
	int error = descriptor_put(AT_FDCWD, "/proc/sys/vm/memfd_noexec", "2");
	if (error < 0)
		return fault(why, error, launch->service->where, "cannot set vm.memfd_noexec");
	return 0;
}

int enforce_refuse_write_execute(struct enforce_launch *launch, struct fault *why)
{
	const struct plan_service *service = launch->service;

	/* Before 6.3 there is the filter alone. */
	if (!service->mdwe)
		return 0;
	if (prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0) < 0)
		return fault(why, -errno, service->write_execute_where,
			"cannot forbid memory that is written and executed");
	return 0;
}

/* As the service itself, so that its rights decide. */
int enforce_enter_workdir(struct enforce_launch *launch, struct fault *why)
{
	const char *folder = launch->service->workdir;

	if (chdir(folder ? folder : "/") < 0 && !enforce_leaves_out(launch, LAYER_VIEW))
		return fault(why, -errno, launch->service->workdir_where,
			"cannot enter the working folder %s", folder ? folder : "/");
	return 0;
}

/* Marked rather than closed: the status pipe must live until the exec, and end with it. */
int enforce_close_descriptors(struct enforce_launch *launch, struct fault *why)
{
	if (close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) < 0)
		return fault(why, -errno, launch->service->where, "cannot close descriptors");
	return 0;
}

/* Nobody's program runs beside an init that still has rights to lose. */
int enforce_await_init(struct enforce_launch *launch, struct fault *why)
{
	ssize_t got;
	char byte;

	do
		got = read(launch->init_pipe[0], &byte, 1);
	while (got < 0 && errno == EINTR);
	if (got != 1)
		return fault(why, got < 0 ? -errno : -ECHILD, launch->service->where,
			"the init of '%s' is not confined", launch->service->name);
	return 0;
}

/* Copy @length bytes to a random place, at a random byte of it: an address nobody can know. */
static int hide(const void *data, size_t length, uint64_t *address)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	uint64_t random;

	for (int i = 0; i < MAP_TRIES; i++) {
		if (getrandom(&random, sizeof(random), 0) != sizeof(random))
			return -EIO;
		size_t offset = (size_t)(random >> 48) % page;
		/* User space has 47 bits here; the lowest 4 GiB stay clear of. */
		uint64_t place = ((random & ((UINT64_C(1) << 46) - 1)) | UINT64_C(1) << 32) &
				 ~(uint64_t)(page - 1);
		void *map = mmap((void *)place, length + page, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

		if (map == MAP_FAILED && errno == EEXIST)
			continue;
		if (map == MAP_FAILED)
			return -errno;
		*address = (uint64_t)(uintptr_t)map + offset;
		memcpy((void *)(uintptr_t)*address, data, length);
		return 0;
	}
	return -EEXIST;
}

static size_t vector_size(char *const *vector)
{
	size_t count = 0;

	while (vector[count])
		count++;
	return (count + 1) * sizeof(*vector);
}

static int hide_all(struct enforce_launch *launch, struct plan_launch_addresses *addresses)
{
	int error = hide(launch->program, strlen(launch->program) + 1, &addresses->path);

	if (error == 0)
		error = hide(
			launch->arguments, vector_size(launch->arguments), &addresses->arguments);
	if (error == 0)
		error = hide(launch->environment, vector_size(launch->environment),
			&addresses->environment);
	return error;
}

/* The plan's calls, with exec for everybody, when the exec layer is left out. */
static const struct plan_service *without_exec(struct enforce_launch *launch)
{
	struct plan_service *open = arena_alloc(launch->arena, sizeof(*open));
	struct plan_call *calls =
		arena_alloc(launch->arena, (launch->service->call_count + 2) * sizeof(*calls));
	size_t count = 0;
	const struct plan_call exec = {.name = "execve", .number = SYS_execve};
	const struct plan_call execat = {.name = "execveat", .number = SYS_execveat};

	*open = *launch->service;
	for (size_t i = 0; i < open->call_count; i++)
		if (open->calls[i].number != SYS_execve && open->calls[i].number != SYS_execveat)
			calls[count++] = open->calls[i];
	for (int i = 0; i < 2; i++) {
		const struct plan_call *added = i ? &execat : &exec;
		size_t at = count++;

		/* The compiler wants them sorted by number. */
		for (; at > 0 && calls[at - 1].number > added->number; at--)
			calls[at] = calls[at - 1];
		calls[at] = *added;
	}
	open->calls = calls;
	open->call_count = count;
	return open;
}

static int install(struct enforce_launch *launch, const struct plan_launch_addresses *addresses,
	struct fault *why)
{
	struct plan_filter filter;
	const struct plan_service *service =
		enforce_leaves_out(launch, LAYER_EXEC) ? without_exec(launch) : launch->service;
	int error = plan_seccomp(service, addresses, launch->refusal, launch->arena, &filter, why);

	if (error < 0)
		return error;
	error = enforce_filter(&filter);
	if (error < 0)
		return fault(why, error, launch->service->where,
			"cannot install the filter of '%s'", launch->service->name);
	return 0;
}

/*
 * The filter goes on last and so must let this one exec through: only with the
 * secret addresses of path, arguments and environment together, whose mappings
 * die in the exec.  The vectors may stand at odd addresses: the kernel reads
 * them word by word.
 */
int enforce_execute(struct enforce_launch *launch, struct fault *why)
{
	const struct plan_service *service = launch->service;
	struct plan_launch_addresses addresses = {0};
	int error = hide_all(launch, &addresses);

	if (error < 0)
		return fault(why, error, service->where, "cannot hide the arguments of the exec");
	if (!enforce_leaves_out(launch, LAYER_SECCOMP)) {
		error = install(launch, &addresses, why);
		if (error < 0)
			return error;
	}
	syscall(SYS_execveat, AT_FDCWD, addresses.path, addresses.arguments, addresses.environment,
		0);
	return fault(why, -errno, service->command_where, "cannot execute %s", launch->program);
}
