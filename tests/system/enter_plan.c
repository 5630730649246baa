/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "enter_plan.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "enforce/cgroup.h"
#include "launch_plan.h"
#include "plan/plan.h"
#include "stack/foreground.h"

enum { LONGEST_PATH = 512 };

int enter_stage_begin(struct enter_stage *stage, struct arena *arena, const char *folder)
{
	char *const sleeps[] = {"/usr/bin/sleep", "1000", NULL};
	char *const does[] = {"/usr/bin/sh", "-c", (char *)(size_t)stage->script, NULL};
	struct stack_launch_options options = launch_options();
	struct fault why = {0};
	FILE *index = fopen(arena_printf(arena, "%s/page/index", folder), "we");

	if (!index || fputs("hello\n", index) < 0 || fclose(index))
		return -1;
	if (!stage->plan)
		stage->plan = launch_plan(arena, folder);
	options.command = stage->script ? does : sleeps;
	if (stack_launch(stage->plan, launch_service(stage->plan), &options, &stage->launched,
		    &why) < 0) {
		printf("%s\n", why.text);
		return -1;
	}
	return stack_member_fill(&stage->member, STACK_SERVICE, "web", stage->launched.init,
		stage->launched.service);
}

void enter_stage_end(struct enter_stage *stage)
{
	stack_kill(stage->plan, "web", NULL);
	waitpid(stage->launched.init, NULL, 0);
	stack_launched_close(&stage->launched);
	stage->plan = NULL;
}

struct stack_enter enter_stage_enter(const struct enter_stage *stage, char *const *command)
{
	return (struct stack_enter){.plan = stage->plan,
		.service = launch_service(stage->plan),
		.member = &stage->member,
		.command = command};
}

static int run_here(const struct enter_stage *stage, char *const *command, int kill_after)
{
	struct stack_enter enter = enter_stage_enter(stage, command);
	struct stack_launched entered;
	struct fault why = {0};
	bool not_executed;
	int status;

	enter.kill_after = kill_after;
	if (stack_enter(&enter, &entered, &not_executed, &why) < 0) {
		printf("%s: %s\n", why.text, strerror(-why.code));
		fflush(stdout);
		return 255;
	}
	if (stack_foreground(&entered, &status) < 0)
		status = 254;
	stack_enter_end(&enter, &entered);
	return status;
}

int enter_here(const struct enter_stage *stage, const char *script, int kill_after)
{
	char *const command[] = {"/usr/bin/sh", "-c", (char *)(size_t)script, NULL};

	return run_here(stage, command, kill_after);
}

int enter_command(const struct enter_stage *stage, char *const *command, int kill_after,
	char *output, size_t size)
{
	size_t length = 0;
	int ends[2], status;
	ssize_t got;

	if (pipe(ends) < 0)
		return -1;
	fflush(stdout);
	pid_t child = fork();
	if (child == 0) {
		dup2(ends[1], 1);
		dup2(ends[1], 2);
		close(ends[0]);
		close(ends[1]);
		_exit(run_here(stage, command, kill_after));
	}
	close(ends[1]);
	while ((got = read(ends[0], output + length, size - 1 - length)) > 0)
		length += (size_t)got;
	output[length] = '\0';
	close(ends[0]);
	if (waitpid(child, &status, 0) < 0)
		return -1;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int enter_script(const struct enter_stage *stage, const char *script, int kill_after, char *output,
	size_t size)
{
	char *const command[] = {"/usr/bin/sh", "-c", (char *)(size_t)script, NULL};

	return enter_command(stage, command, kill_after, output, size);
}

pid_t enter_staying(const struct enter_stage *stage)
{
	int ends[2];
	char byte;

	assert_int_equal(pipe(ends), 0);
	fflush(stdout);
	pid_t child = fork();
	if (child == 0) {
		dup2(ends[1], 1);
		close(ends[0]);
		close(ends[1]);
		_exit(enter_here(stage, "echo; exec sleep 60", 0));
	}
	close(ends[1]);
	assert_int_equal(read(ends[0], &byte, 1), 1);
	close(ends[0]);
	return child;
}

static size_t count_lines(const char *folder)
{
	char path[LONGEST_PATH];
	size_t lines = 0;

	snprintf(path, sizeof(path), "%s/cgroup.procs", folder);
	scoped(file) FILE *file = fopen(path, "re");
	for (int byte; file && (byte = fgetc(file)) != EOF;)
		lines += byte == '\n';
	return lines;
}

size_t enter_stage_processes(const struct enter_stage *stage)
{
	char path[LONGEST_PATH], below[LONGEST_PATH + 256];
	size_t count;
	const struct dirent *entry;

	snprintf(path, sizeof(path), "%s/bulkhead/%s/web", enforce_cgroup_root(),
		stage->plan->stack);
	count = count_lines(path);
	scoped(dir) DIR *entries = opendir(path);
	while (entries && (entry = readdir(entries)))
		if (entry->d_type == DT_DIR && entry->d_name[0] != '.') {
			snprintf(below, sizeof(below), "%s/%s", path, entry->d_name);
			/* A group without processes is something that stays as well. */
			count += 1 + count_lines(below);
		}
	return count;
}

void enter_stage_assert_alone(const struct enter_stage *stage, const char *after)
{
	for (int i = 0; i < 200 && enter_stage_processes(stage) != 2; i++)
		usleep(10000);
	if (enter_stage_processes(stage) != 2)
		fail_msg("after %s a process or a group stays", after);
	assert_true(stack_member_alive(&stage->member));
}
