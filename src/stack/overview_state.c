/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <limits.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "base/arena.h"
#include "base/scoped.h"
#include "base/text.h"
#include "stack/control.h"
#include "stack/overview.h"

enum {
	PATIENCE = 3,     /* s: it is there to answer at once */
	MOST_NEWS = 65536 /* and not without end */
};

static void refine(
	struct stack_overview_row *row, const struct stack_news *news, struct arena *arena)
{
	const char *word = schedule_words[news->state];

	row->restarts = news->restarts;
	row->why = news->text[0] ? arena_text(arena, news->text) : NULL;
	switch (news->state) {
	case SCHEDULE_OFF:
		break;
	default:
		row->state = word;
		if (news->left >= 0 && news->left < INT_MAX)
			row->starts_in = (int)((news->left + 999) / 1000);
	}
}

void stack_overview_ask(struct stack_overview *overview, struct arena *arena)
{
	scoped(fd) int connection =
		stack_control_ask(overview->stack, STACK_CONTROL_STATE, 0, 0, NULL, 0, NULL);
	const struct timeval patience = {.tv_sec = PATIENCE};
	struct stack_news news = {.kind = STACK_NEWS_STATE};

	setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	for (int heard = 0;
		connection >= 0 && heard < MOST_NEWS &&
		stack_control_next(connection, &news) == 1 && news.kind == STACK_NEWS_STATE;
		heard++)
		for (size_t i = 0; i < overview->row_count; i++)
			if (text_equal(overview->rows[i].service, news.service))
				refine(&overview->rows[i], &news, arena);
	overview->supervised = news.kind == STACK_NEWS_DONE;
}
