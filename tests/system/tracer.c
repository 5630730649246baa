/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tracer.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_PROCESSES = 32, MOST_NUMBERS = 512, PATIENCE = 3 };

struct process {
	pid_t pid;
	bool inside, confined, injected;
	unsigned counts[MOST_NUMBERS];
};

static struct process processes[MOST_PROCESSES];
static size_t process_count;

/* By order of creation; the test's own child stands before them all. */
static struct process *process_of(pid_t pid)
{
	for (size_t i = 0; i < process_count; i++)
		if (processes[i].pid == pid)
			return &processes[i];
	if (process_count == MOST_PROCESSES)
		return NULL;
	processes[process_count] = (struct process){.pid = pid};
	return &processes[process_count++];
}

static bool counts(const struct tracer *tracer, const struct process *process)
{
	size_t index = (size_t)(process - processes);

	if (index == 0 || process->confined)
		return false;
	return index - 1 == tracer->own || !tracer->executed;
}

static bool is_point(
	const struct tracer_point *point, unsigned process, long number, unsigned count)
{
	return point->number == number && point->process == process && point->count == count;
}

/* The call becomes none at its entry, and its answer is put in at its exit. */
static void enter_call(
	struct tracer *tracer, struct process *process, struct user_regs_struct *registers)
{
	long number = (long)registers->orig_rax;
	unsigned index = (unsigned)(process - processes) - 1;

	if (number < 0 || number >= MOST_NUMBERS || !counts(tracer, process))
		return;
	unsigned count = ++process->counts[number];
	if (tracer->points && tracer->point_count < tracer->room)
		tracer->points[tracer->point_count++] = (struct tracer_point){index, number, count};
	if (!is_point(&tracer->failing, index, number, count))
		return;
	tracer->failed = process->injected = true;
	registers->orig_rax = (unsigned long long)-1;
	ptrace(PTRACE_SETREGS, process->pid, NULL, registers);
}

static void leave_call(
	struct tracer *tracer, struct process *process, struct user_regs_struct *registers)
{
	if (process->injected) {
		registers->rax = (unsigned long long)-tracer->error;
		ptrace(PTRACE_SETREGS, process->pid, NULL, registers);
		process->injected = false;
	} else if (registers->orig_rax == SYS_seccomp && registers->rax == 0 &&
		   process - processes == tracer->own + 1) {
		process->confined = true;
	}
}

static void on_call(struct tracer *tracer, struct process *process)
{
	struct user_regs_struct registers;

	if (ptrace(PTRACE_GETREGS, process->pid, NULL, &registers) < 0)
		return;
	process->inside = !process->inside;
	if (process->inside)
		enter_call(tracer, process, &registers);
	else
		leave_call(tracer, process, &registers);
}

static __attribute__((format(printf, 2, 3))) void add(
	struct tracer *tracer, const char *format, ...)
{
	size_t length = strlen(tracer->owns);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(tracer->owns + length, sizeof(tracer->owns) - length, format, arguments);
	va_end(arguments);
}

/* Lines of @file of a process, of those that say how it is confined. */
static void add_lines(
	struct tracer *tracer, pid_t pid, const char *file, const char *const *starts, size_t count)
{
	char path[40], line[256];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	FILE *lines = fopen(path, "re");
	while (lines && fgets(line, sizeof(line), lines))
		for (size_t i = 0; i < count; i++)
			if (strncmp(line, starts[i], strlen(starts[i])) == 0)
				add(tracer, "%s", line);
	if (lines)
		fclose(lines);
}

static void look_at_own(struct tracer *tracer, pid_t pid)
{
	static const char *const status[] = {"Cap", "Uid", "Gid", "Groups", "NoNew", "Seccomp"};
	static const char *const limits[] = {"Max core", "Max proc", "Max file", "Max open"};
	static const char *const spaces[] = {"user", "pid", "net", "ipc", "uts", "mnt", "cgroup"};
	char path[40], ours[64] = "", its[64] = "";

	add_lines(tracer, pid, "status", status, sizeof(status) / sizeof(status[0]));
	add_lines(tracer, pid, "limits", limits, sizeof(limits) / sizeof(limits[0]));
	for (size_t i = 0; i < sizeof(spaces) / sizeof(spaces[0]); i++) {
		snprintf(path, sizeof(path), "/proc/self/ns/%s", spaces[i]);
		if (readlink(path, ours, sizeof(ours) - 1) < 0)
			continue;
		snprintf(path, sizeof(path), "/proc/%d/ns/%s", (int)pid, spaces[i]);
		if (readlink(path, its, sizeof(its) - 1) < 0)
			continue;
		add(tracer, "%s %s\n", strcmp(ours, its) == 0 ? "shared" : "own", spaces[i]);
	}
	for (int fd = 0; fd < 64; fd++) {
		snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)pid, fd);
		if (readlink(path, its, sizeof(its) - 1) >= 0)
			add(tracer, "an open descriptor\n");
	}
}

static void on_event(struct tracer *tracer, struct process *process, int event)
{
	size_t index = (size_t)(process - processes);
	unsigned long child;

	/* Before its parent goes on, so that places are the same each time. */
	if ((event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK ||
		    event == PTRACE_EVENT_CLONE) &&
		ptrace(PTRACE_GETEVENTMSG, process->pid, NULL, &child) == 0)
		process_of((pid_t)child);
	if (event == PTRACE_EVENT_EXEC && index == tracer->own + 2)
		tracer->executed = true;
	if (event == PTRACE_EVENT_EXIT && index == tracer->own + 1 && process->confined)
		look_at_own(tracer, process->pid);
}

static void wake(int signal)
{
	(void)signal;
}

static void end_all(struct tracer *tracer)
{
	tracer->hung = true;
	for (size_t i = 0; i < process_count; i++)
		kill(processes[i].pid, SIGKILL);
}

void tracer_follow(struct tracer *tracer, pid_t child)
{
	const unsigned long options =
		PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
		PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT | PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL;
	int status;
	pid_t pid;

	process_count = 0;
	process_of(child);
	waitpid(child, &status, 0);
	ptrace(PTRACE_SETOPTIONS, child, NULL, options);
	ptrace(PTRACE_SYSCALL, child, NULL, NULL);
	sigaction(SIGALRM, &(struct sigaction){.sa_handler = wake}, NULL);
	alarm(PATIENCE);
	while ((pid = waitpid(-1, &status, __WALL)) > 0 || errno == EINTR) {
		if (pid < 0)
			end_all(tracer);
		struct process *process = pid > 0 && WIFSTOPPED(status) ? process_of(pid) : NULL;
		int signal = process ? WSTOPSIG(status) : 0;

		if (!process)
			continue;
		if (signal == (SIGTRAP | 0x80))
			on_call(tracer, process);
		else if (signal == SIGTRAP)
			on_event(tracer, process, status >> 16);
		/* A new process begins by a stop of the tracing itself. */
		bool ours = signal == SIGTRAP || signal == (SIGTRAP | 0x80) || signal == SIGSTOP;
		ptrace(PTRACE_SYSCALL, pid, NULL, ours ? 0L : (long)signal);
	}
	alarm(0);
}
