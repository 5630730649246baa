/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drill/control.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/scoped.h"
#include "drill/await.h"
#include "drill/echo.h"
#include "drill/everywhere.h"
#include "drill/made.h"
#include "drill/report.h"
#include "drill/world.h"

enum { HANDED_FD = 100 };

/* Its own mounts: what an attempt mounts or takes away is gone with it.  The name as well. */
static int stand_apart(void)
{
	if (unshare(CLONE_NEWNS | CLONE_NEWUTS) < 0 ||
		mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return -errno;
	return 0;
}

static int be_second(void)
{
	int status;

	if (unshare(CLONE_NEWPID) < 0)
		return -errno;
	pid_t first = fork();
	if (first < 0)
		return -errno;
	if (first > 0) {
		if (waitpid(first, &status, 0) != first)
			_exit(126);
		_exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (mount("proc", "/proc", "proc", 0, NULL) < 0)
		return -errno;
	pid_t second = fork();
	if (second < 0)
		return -errno;
	if (second > 0) {
		while (waitpid(second, &status, 0) != second)
			;
		_exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
	}
	return 0;
}

/* Every address is this machine's own, and somebody answers there. */
static int be_everywhere(unsigned port, const char *name, struct fault *why)
{
	pid_t pid;
	int error = drill_everywhere(why);

	struct drill_echo echo = {.network = -1,
		.ports = {(uint16_t)port},
		.port_count = port != 0,
		.abstract = name};
	return error ? error : drill_echo(&echo, &pid, why);
}

/* A folder, a file and a connected socket of the host: what a careless launcher leaves. */
static int be_handed(const struct drill_world *world)
{
	struct sockaddr_in host = {.sin_family = AF_INET,
		.sin_port = htons(world->host_port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int folder = open("/", O_RDONLY | O_DIRECTORY);
	int connection = socket(AF_INET, SOCK_STREAM, 0);

	if (folder < 0 || connection < 0 ||
		connect(connection, (struct sockaddr *)&host, sizeof(host)) < 0 ||
		dup2(folder, HANDED_FD) < 0 || dup2(connection, HANDED_FD + 1) < 0)
		return -errno;
	return 0;
}

static int set_up(
	const struct drill_world *world, const struct drill_arguments *arguments, struct fault *why)
{
	int error = stand_apart();

	if (error)
		return error;
	switch (arguments->setting) {
	case DRILL_PLAIN:
		return 0;
	case DRILL_FIRST:
		return be_second();
	case DRILL_EVERYWHERE:
		return be_everywhere(
			(unsigned)strtoul(arguments->second, NULL, 10), arguments->control, why);
	case DRILL_HANDED:
		return be_handed(world);
	}
	return -EINVAL;
}

static void run(const struct drill_world *world, const struct drill_attempt *attempt,
	const struct drill_arguments *arguments, int output, int told)
{
	struct fault why = {0};
	char *const command[] = {(char *)world->options->payload,
		(char *)drill_payload_name(attempt), (char *)arguments->control,
		(char *)arguments->second, NULL};
	char *const environment[] = {NULL};
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (null < 0 || dup2(null, 0) < 0 || dup2(output, 1) < 0 || dup2(null, 2) < 0)
		_exit(126);
	int error = set_up(world, arguments, &why);
	if (!error) {
		execve(world->options->payload, command, environment);
		error = -errno;
	}
	if (!why.code)
		fault(&why, error, (struct where){0}, "the control run of %s cannot be set up",
			attempt->name);
	_exit(write(told, &why, sizeof(why)) == (ssize_t)sizeof(why) ? 126 : 125);
}

static int run_control(const struct drill_world *world, const struct drill_attempt *attempt,
	const struct drill_arguments *arguments, struct drill_answer *answer, struct fault *why)
{
	struct where nowhere = {0};
	struct fault failed;
	int outputs[2], tells[2];

	if (pipe2(outputs, O_CLOEXEC | O_NONBLOCK) < 0)
		return fault(why, -errno, nowhere, "cannot make a pipe");
	scoped(fd) int output = outputs[0], input = outputs[1];
	if (pipe2(tells, O_CLOEXEC | O_NONBLOCK) < 0)
		return fault(why, -errno, nowhere, "cannot make a pipe");
	scoped(fd) int heard = tells[0], told = tells[1];
	pid_t pid = fork();
	if (pid < 0)
		return fault(why, -errno, nowhere, "cannot fork");
	if (pid == 0)
		run(world, attempt, arguments, input, told);
	scoped(fd) int pidfd = (int)syscall(SYS_pidfd_open, pid, 0U);
	int error = pidfd < 0 ? -errno : drill_await(pidfd, output, attempt, answer);
	if (error)
		return fault(why, error, nowhere, "cannot wait for the control run of %s",
			attempt->name);
	if (read(heard, &failed, sizeof(failed)) == (ssize_t)sizeof(failed)) {
		if (why)
			*why = failed;
		return failed.code;
	}
	return 0;
}

enum { CACHE_ROWS = 4096 };

/* By the name that the payload knows.  Rows made from the plan say by both arguments what they
 * are. */
struct drill_cache {
	size_t count;
	struct {
		const char *name;
		char first[256], second[32];
		struct drill_answer answer;
	} rows[CACHE_ROWS];
};

struct drill_cache *drill_cache_new(void)
{
	void *memory = mmap(NULL, sizeof(struct drill_cache), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

void drill_cache_free(struct drill_cache *cache)
{
	if (cache)
		munmap(cache, sizeof(*cache));
}

int drill_control(const struct drill_world *world, const struct drill_attempt *attempt,
	const struct drill_arguments *arguments, struct drill_answer *answer, struct fault *why)
{
	struct drill_cache *cache = world->cache;
	const char *name = drill_attempt(drill_payload_name(attempt), NULL)->name;
	const char *second = attempt->made ? arguments->second : "";

	for (size_t i = 0; cache && i < cache->count; i++)
		if (cache->rows[i].name == name &&
			strcmp(cache->rows[i].first, arguments->control) == 0 &&
			strcmp(cache->rows[i].second, second) == 0) {
			*answer = cache->rows[i].answer;
			return 0;
		}
	int error = run_control(world, attempt, arguments, answer, why);
	if (error || !cache || cache->count == CACHE_ROWS ||
		strlen(second) >= sizeof(cache->rows[0].second))
		return error;
	cache->rows[cache->count].name = name;
	memcpy(cache->rows[cache->count].first, arguments->control, sizeof(arguments->control));
	memcpy(cache->rows[cache->count].second, second, strlen(second) + 1);
	cache->rows[cache->count++].answer = *answer;
	return 0;
}
