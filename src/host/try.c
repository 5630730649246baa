/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/try.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/scoped.h"
#include "host/maps.h"

/* What a child tells its parent. */
struct answer {
	enum host_state state;
	char detail[sizeof(((struct host_try *)0)->detail)];
};

enum host_state host_found(struct host_try *try, enum host_state state, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(try->detail, sizeof(try->detail), format, arguments);
	va_end(arguments);
	return state;
}

enum host_state host_refused(struct host_try *try, int error, const char *what)
{
	error = error < 0 ? -error : error;
	if (!try->root && (error == EPERM || error == EACCES))
		return host_found(try, HOST_NOT_TRIED, "needs root to try");
	return host_found(try, HOST_NO, "%s: %s", what, strerror(error));
}

pid_t host_clone(uint64_t flags, int *pidfd, int cgroup)
{
	struct clone_args arguments = {
		.flags = flags | (pidfd ? CLONE_PIDFD : 0) | (cgroup >= 0 ? CLONE_INTO_CGROUP : 0),
		.pidfd = (uint64_t)(uintptr_t)pidfd,
		.exit_signal = SIGCHLD,
		.cgroup = cgroup >= 0 ? (uint64_t)cgroup : 0,
	};
	pid_t child = (pid_t)syscall(SYS_clone3, &arguments, sizeof(arguments));

	return child < 0 ? -errno : child;
}

static void __attribute__((noreturn))
answer_and_exit(struct host_try *try, host_attempt *attempt, int pipe)
{
	struct answer answer = {0};

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	try->detail[0] = '\0';
	answer.state = attempt(try);
	memcpy(answer.detail, try->detail, sizeof(answer.detail));
	ssize_t ignored = write(pipe, &answer, sizeof(answer));
	(void)ignored;
	_exit(0);
}

static enum host_state read_answer(struct host_try *try, pid_t child, int pipe)
{
	struct answer answer;
	ssize_t length;
	int status = 0;

	do
		length = read(pipe, &answer, sizeof(answer));
	while (length < 0 && errno == EINTR);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	if (length == (ssize_t)sizeof(answer)) {
		answer.detail[sizeof(answer.detail) - 1] = '\0';
		return host_found(try, answer.state, "%s", answer.detail);
	}
	return host_found(try, HOST_NO, "the attempt was killed by signal %d",
		WIFSIGNALED(status) ? WTERMSIG(status) : 0);
}

enum host_state host_in_child(struct host_try *try, uint64_t namespaces, host_attempt *attempt)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return host_refused(try, errno, "pipe2");
	scoped(fd) int from = ends[0];
	scoped(fd) int to = ends[1];
	pid_t child = host_clone(namespaces, NULL, -1);
	if (child < 0)
		return host_refused(try, child, "clone3");
	if (child == 0)
		answer_and_exit(try, attempt, to);
	close(take_fd(&to));
	return read_answer(try, child, from);
}

/* The child waits for its maps; a parent that fails closes the gate, and the child ends. */
static void __attribute__((noreturn))
wait_and_attempt(struct host_try *try, host_attempt *attempt, int gate, int pipe)
{
	char go;

	if (read(gate, &go, 1) != 1 || setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)
		_exit(1);
	answer_and_exit(try, attempt, pipe);
}

enum host_state host_in_user_namespace(
	struct host_try *try, uint64_t namespaces, host_attempt *attempt)
{
	int ends[2], gates[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return host_refused(try, errno, "pipe2");
	scoped(fd) int from = ends[0];
	scoped(fd) int to = ends[1];
	if (pipe2(gates, O_CLOEXEC) < 0)
		return host_refused(try, errno, "pipe2");
	scoped(fd) int gate = gates[0];
	scoped(fd) int open_gate = gates[1];
	pid_t child = host_clone(CLONE_NEWUSER | namespaces, NULL, -1);
	if (child < 0)
		return host_refused(try, child, "clone3 with namespaces");
	if (child == 0) {
		close(take_fd(&open_gate));
		close(take_fd(&from));
		wait_and_attempt(try, attempt, gate, to);
	}
	close(take_fd(&to));
	int error = host_write_maps(child);
	if (error == 0 && write(open_gate, "g", 1) != 1)
		error = -errno;
	close(take_fd(&open_gate));
	enum host_state state = read_answer(try, child, from);
	return error < 0 ? host_refused(try, error, "cannot write the maps of a user namespace")
			 : state;
}
