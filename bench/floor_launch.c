/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "floor.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { LIST_BYTES = 64 * 1024 };

void floor_fail(const char *what)
{
	fprintf(stderr, "floor: %s: %s\n", what, strerror(errno));
	_exit(126);
}

double floor_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

bool floor_leave_out(const char *name)
{
	bool found = false;

	for (size_t i = 0; i < floor_step_count; i++) {
		struct floor_step *step = &floor_steps[i];

		found = found || strcmp(step->name, name) == 0;
		if (strcmp(step->name, name) == 0 ||
			(step->needs && strcmp(step->needs, name) == 0))
			step->left_out = true;
	}
	return found;
}

static size_t read_whole(const char *path, void *bytes, size_t most)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length = file < 0 ? -1 : read(file, bytes, most);

	if (length < 0)
		floor_fail(path);
	close(file);
	return (size_t)length;
}

void floor_read(struct floor_work *work, const char *list, const char *filter)
{
	static char text[LIST_BYTES];
	static struct sock_filter instructions[BPF_MAXINSNS];
	char *place = NULL;

	text[read_whole(list, text, sizeof(text) - 1)] = '\0';
	for (char *line = strtok_r(text, "\n", &place); line; line = strtok_r(NULL, "\n", &place)) {
		if (strncmp(line, "bind ", 5) == 0 && work->bind_count < FLOOR_MOST_PATHS)
			work->binds[work->bind_count++] = line + 5;
		else if (strncmp(line, "rule ", 5) == 0 && work->rule_count < FLOOR_MOST_PATHS)
			work->rules[work->rule_count++] = line + 5;
	}
	size_t length = read_whole(filter, instructions, sizeof(instructions));
	work->filter.filter = instructions;
	work->filter.len = (unsigned short)(length / sizeof(instructions[0]));
}

static _Noreturn void confine(const struct floor_work *work, char **command, volatile double *ended)
{
	for (size_t i = 0; i < floor_step_count; i++) {
		if (floor_steps[i].run && !floor_steps[i].left_out)
			floor_steps[i].run(work);
		if (ended)
			ended[i] = floor_now();
	}
	execv(command[0], command);
	floor_fail(command[0]);
}

int floor_launch(const struct floor_work *work, char **command, volatile double *ended)
{
	struct clone_args how = {.exit_signal = SIGCHLD};

	for (size_t i = 0; i < floor_step_count; i++)
		if (!floor_steps[i].left_out)
			how.flags |= floor_steps[i].namespace;
	long child = syscall(SYS_clone3, &how, sizeof(how));
	if (child == 0)
		confine(work, command, ended);
	if (child < 0)
		floor_fail("clone3");
	return (int)child;
}
