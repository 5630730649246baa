/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stack/command.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/descriptor.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "plan/plan.h"
#include "stack/enter.h"
#include "stack/launch.h"

enum { MOST_LINES = 10, LONGEST_LINE = 200, MOST_READS = 32, GRACE = 2 /* seconds */ };

/* What it says, line by line. */
struct output {
	const struct stack_command *command;
	char line[LONGEST_LINE + 1];
	size_t length, lines;
};

static void say(const struct stack_command *command, const char *text)
{
	if (command->say)
		command->say(command->context, command->service->name, text);
}

static void end_line(struct output *output)
{
	output->line[output->length] = '\0';
	if (output->length && output->lines < MOST_LINES)
		say(output->command, output->line);
	else if (output->length && output->lines == MOST_LINES)
		say(output->command, "and more lines");
	output->lines += output->length > 0;
	output->length = 0;
}

/* It comes from inside a service and goes to a log: no byte of it steers who reads that. */
static void take(struct output *output, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		const unsigned char byte = (unsigned char)bytes[i];

		if (byte == '\n')
			end_line(output);
		else if (output->length < LONGEST_LINE)
			output->line[output->length++] =
				(char)(byte < ' ' || byte == 127 ? '?' : byte);
	}
}

/* False: nothing more comes. */
static bool read_some(struct output *output, int pipe)
{
	char bytes[4096];
	ssize_t got = read(pipe, bytes, sizeof(bytes));

	if (got > 0)
		take(output, bytes, (size_t)got);
	return got > 0 || (got < 0 && errno == EINTR);
}

/* True when it has ended in time. */
static bool wait_for(const struct stack_launched *entered, struct output *output, int pipe)
{
	const int64_t until = clock_milliseconds() + output->command->seconds * INT64_C(1000);
	struct pollfd waits[] = {
		{.fd = entered->init_pidfd, .events = POLLIN}, {.fd = pipe, .events = POLLIN}};

	while (!waits[0].revents) {
		int64_t left = until - clock_milliseconds();

		if (left <= 0)
			return false;
		if (poll(waits, 2, (int)left) > 0 && waits[1].revents && !read_some(output, pipe))
			waits[1].fd = -1;
	}
	return true;
}

/* What it said last is in the pipe still; what it left behind may go on filling that. */
static void drain(struct output *output, int pipe)
{
	struct pollfd wait = {.fd = pipe, .events = POLLIN};

	for (int i = 0; i < MOST_READS && poll(&wait, 1, 0) > 0 && read_some(output, pipe); i++)
		;
	end_line(output);
}

/* 0-2 become @null and the pipe for as long as it is started; 1 and 2 are the log's again then. */
static int enter(const struct stack_enter *entering, struct stack_launched *entered, int pipe,
	struct fault *why)
{
	const struct where where = entering->service->where;
	scoped(fd) int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	scoped(fd) int log = fcntl(2, F_DUPFD_CLOEXEC, 3);
	bool not_executed;

	if (null < 0 || log < 0 || dup2(null, 0) < 0 || dup2(pipe, 1) < 0 || dup2(pipe, 2) < 0)
		return fault(why, -errno, where, "cannot give it a pipe");
	int error = stack_enter(entering, entered, &not_executed, why);
	if (dup2(log, 1) < 0 || dup2(log, 2) < 0)
		_exit(STACK_COMMAND_NOT_RUN);
	return error;
}

static int run(const struct stack_command *command, char *const *arguments)
{
	const struct stack_enter entering = {.plan = command->plan,
		.service = command->service,
		.member = command->member,
		.command = arguments};
	struct output output = {.command = command};
	char sentence[FAULT_SENTENCE];
	struct stack_launched entered;
	struct fault why = {0};
	int ends[2], status;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return STACK_COMMAND_NOT_RUN;
	int error = enter(&entering, &entered, ends[1], &why);
	close(ends[1]);
	if (error < 0) {
		say(command, fault_sentence(&why, sentence, sizeof(sentence)));
		return STACK_COMMAND_NOT_RUN;
	}
	bool ended = wait_for(&entered, &output, ends[0]);
	stack_enter_end(&entering, &entered);
	drain(&output, ends[0]);
	if (!ended) {
		say(command, "it took too long and was ended");
		return STACK_COMMAND_LATE;
	}
	if (waitpid(entered.init, &status, 0) < 0)
		return STACK_COMMAND_NOT_RUN;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static __attribute__((noreturn)) void be_runner(
	const struct stack_command *command, pid_t caller, char *const *arguments)
{
	sigset_t late;

	/* Before it executes, a command has the service's id already and can be stopped by the
	 * service: nothing but the kernel's own clock ends that. */
	sigemptyset(&late);
	sigaddset(&late, SIGALRM);
	signal(SIGALRM, SIG_DFL);
	sigprocmask(SIG_UNBLOCK, &late, NULL);
	alarm(command->seconds + GRACE);
	/* Its own guard ends what it has begun, whenever it dies. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 || getppid() != caller ||
		descriptor_keep(3, NULL, 0) < 0)
		_exit(STACK_COMMAND_NOT_RUN);
	prctl(PR_SET_NAME, "command");
	_exit(run(command, arguments));
}

int stack_command_start(const struct stack_command *command, int *pidfd, struct fault *why)
{
	scoped(arena) struct arena *arena = arena_new();
	char **arguments = arena_alloc(arena, (command->argument_count + 1) * sizeof(*arguments));
	const pid_t caller = getpid();

	for (size_t i = 0; i < command->argument_count; i++)
		arguments[i] = arena_text(arena, command->arguments[i]);
	pid_t child = fork();
	if (child == 0)
		be_runner(command, caller, arguments);
	*pidfd = child < 0 ? -1 : pidfd_open(child, 0);
	if (*pidfd >= 0)
		return 0;
	int error = -errno;
	if (child > 0) {
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
	}
	return fault(why, error, command->service->where, "cannot fork a command for '%s'",
		command->service->name);
}

int stack_command_end(int pidfd)
{
	siginfo_t how = {0};
	int error;

	do
		error = waitid(P_PIDFD, (id_t)pidfd, &how, WEXITED);
	while (error < 0 && errno == EINTR);
	close(pidfd);
	if (error == 0 && how.si_code == CLD_EXITED)
		return how.si_status;
	return error == 0 && how.si_status == SIGALRM ? STACK_COMMAND_LATE : STACK_COMMAND_NOT_RUN;
}
