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
#include "drill/batch.h"
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

/* A control run: what the payload is told, and where. */
struct trial {
	enum drill_setting setting;
	const char *const *words; /* but for the payload itself; NULL after the last */
	const char *name;         /* of the first attempt, for who reads that it failed */
	const char *abstract;     /* with DRILL_EVERYWHERE: who is there, and at which ports */
	uint16_t ports[DRILL_BATCH];
	size_t port_count;
};

static void add_port(struct trial *trial, unsigned long port)
{
	for (size_t i = 0; i < trial->port_count; i++)
		if (trial->ports[i] == port)
			return;
	if (port && trial->port_count < DRILL_BATCH)
		trial->ports[trial->port_count++] = (uint16_t)port;
}

/* Every address is this machine's own, and somebody answers there. */
static int be_everywhere(const struct trial *trial, struct fault *why)
{
	pid_t pid;
	struct drill_echo echo = {.network = -1, .groups = true, .abstract = trial->abstract};
	int error = drill_everywhere(why);

	for (size_t i = 0; i < trial->port_count; i++)
		drill_echo_port(&echo, trial->ports[i]);
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

static int set_up(const struct drill_world *world, const struct trial *trial, struct fault *why)
{
	int error = stand_apart();

	if (error)
		return error;
	switch (trial->setting) {
	case DRILL_PLAIN:
		return 0;
	case DRILL_FIRST:
		return be_second();
	case DRILL_EVERYWHERE:
		return be_everywhere(trial, why);
	case DRILL_HANDED:
		return be_handed(world);
	}
	return -EINVAL;
}

static void run(const struct drill_world *world, const struct trial *trial, int output, int told)
{
	struct fault why = {0};
	char *command[DRILL_BATCH_WORDS] = {(char *)world->options->payload};
	char *const environment[] = {NULL};
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (size_t i = 0; trial->words[i]; i++)
		command[i + 1] = (char *)trial->words[i];
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (null < 0 || dup2(null, 0) < 0 || dup2(output, 1) < 0 || dup2(null, 2) < 0)
		_exit(126);
	int error = set_up(world, trial, &why);
	if (!error) {
		execve(world->options->payload, command, environment);
		error = -errno;
	}
	if (!why.code)
		fault(&why, error, (struct where){0}, "the control run of %s cannot be set up",
			trial->name);
	_exit(write(told, &why, sizeof(why)) == (ssize_t)sizeof(why) ? 126 : 125);
}

static int run_control(const struct drill_world *world, const struct trial *trial,
	struct drill_end *end, struct fault *why)
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
		run(world, trial, input, told);
	scoped(fd) int pidfd = (int)syscall(SYS_pidfd_open, pid, 0U);
	int error = pidfd < 0 ? -errno : drill_await_end(pidfd, output, end);
	if (error)
		return fault(
			why, error, nowhere, "cannot wait for the control run of %s", trial->name);
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

static struct drill_answer *find(struct drill_cache *cache, const struct drill_attempt *attempt,
	const char *first, const char *second)
{
	const char *name = drill_attempt(drill_payload_name(attempt), NULL)->name;

	for (size_t i = 0; cache && i < cache->count; i++)
		if (cache->rows[i].name == name && strcmp(cache->rows[i].first, first) == 0 &&
			strcmp(cache->rows[i].second, second) == 0)
			return &cache->rows[i].answer;
	return NULL;
}

static void remember(struct drill_cache *cache, const struct drill_attempt *attempt,
	const char *first, const char *second, const struct drill_answer *answer)
{
	if (!cache || cache->count == CACHE_ROWS || strlen(second) >= sizeof(cache->rows[0].second))
		return;
	cache->rows[cache->count].name = drill_attempt(drill_payload_name(attempt), NULL)->name;
	strcpy(cache->rows[cache->count].first, first);
	strcpy(cache->rows[cache->count].second, second);
	cache->rows[cache->count++].answer = *answer;
}

int drill_control(const struct drill_world *world, const struct drill_attempt *attempt,
	const struct drill_arguments *arguments, struct drill_answer *answer, struct fault *why)
{
	static struct drill_end end;
	const char *second = attempt->made ? arguments->second : "";
	const char *const words[] = {
		drill_payload_name(attempt), arguments->control, arguments->second, NULL};
	const struct drill_answer *known = find(world->cache, attempt, arguments->control, second);
	struct trial trial = {.setting = arguments->setting,
		.words = words,
		.name = attempt->name,
		.abstract = arguments->control};

	if (known) {
		*answer = *known;
		return 0;
	}
	add_port(&trial, strtoul(arguments->second, NULL, 10));
	int error = run_control(world, &trial, &end, why);
	if (error)
		return error;
	drill_conclude_end(attempt, &end, 0, answer);
	remember(world->cache, attempt, arguments->control, second, answer);
	return 0;
}

int drill_control_sweep(const struct drill_world *world, const struct drill_item *items,
	size_t count, struct fault *why)
{
	static struct drill_end end;
	const char *words[DRILL_BATCH_WORDS];
	struct drill_item unknown[DRILL_BATCH];
	size_t left = 0, more = 0;
	int error = 0;

	for (size_t i = 0; i < count; i++) {
		const struct drill_answer *known =
			find(world->cache, items[i].attempt, items[i].first, items[i].second);
		if (known)
			*items[i].answer = *known;
		else
			unknown[left++] = items[i];
	}
	for (size_t done = 0; done < left && !error; done += more) {
		struct trial trial = {.setting = DRILL_EVERYWHERE,
			.words = words,
			.name = unknown[done].attempt->name};

		for (size_t i = done; i < left; i++)
			add_port(&trial, strtoul(unknown[i].second, NULL, 10));
		drill_batch_words(unknown + done, left - done, words);
		error = run_control(world, &trial, &end, why);
		more = error ? 0 : drill_batch_conclude(unknown + done, left - done, &end);
	}
	for (size_t i = 0; i < left && !error; i++)
		remember(world->cache, unknown[i].attempt, unknown[i].first, unknown[i].second,
			unknown[i].answer);
	return error;
}
