/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The supervisor: launches the services of a stack, then watches them.
 *
 * Enforcement does not need it.  Once everything is launched it keeps one
 * capability (to signal inits, which have other ids) and its death changes
 * nothing: a later `up` starts another that adopts what runs.
 *
 * SIGTERM: stop all services, then end.  SIGHUP: end and leave them running.
 */

#include "base/fault.h"

struct stack_begin;

enum stack_news_kind { STACK_NEWS_STARTED, STACK_NEWS_FAILED, STACK_NEWS_DONE };

/* What it tells `up` over their pipe; smaller than PIPE_BUF, so that it comes whole. */
struct stack_news {
	enum stack_news_kind kind;
	char service[128];
	struct fault why; /* STACK_NEWS_FAILED; its file is in `file` */
	char file[1024];
};

/*
 * Run as the supervisor, in a child of its own session: launch what is wanted,
 * telling of each on @news, then watch.  Returns the exit status.
 */
int stack_supervise(const struct stack_begin *begin, int news);
