/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Confinement cannot be undone: run what confines in a child of its own. */

#include <sys/wait.h>
#include <unistd.h>

/* The exit status of @function(@context) in a child; 128 + signal when it was killed. */
static inline int in_child(int (*function)(void *), void *context)
{
	int status;
	pid_t child = fork();

	if (child == 0)
		_exit(function(context));
	if (child < 0 || waitpid(child, &status, 0) != child)
		return -1;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
