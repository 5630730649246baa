/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>

#include "base/arena.h"
#include "base/scoped.h"
#include "base/text.h"
#include "stack/control.h"
#include "stack/overview.h"

static void refine(
	struct stack_overview_row *row, const struct stack_news *news, struct arena *arena)
{
	const char *word = schedule_words[news->state];

	row->restarts = news->restarts;
	row->why = news->text[0] ? arena_text(arena, news->text) : NULL;
	switch (news->state) {
	case SCHEDULE_OFF:
		break;
	/* How it ended says more. */
	case SCHEDULE_ENDED:
		row->state = row->why ? row->why : word;
		break;
	case SCHEDULE_BACKOFF:
	case SCHEDULE_WAITING:
		row->state = news->left < 0 ? word
					    : arena_printf(arena, "%s %" PRId64 "s", word,
						      (news->left + 999) / 1000);
		break;
	default:
		row->state = word;
	}
}

void stack_overview_ask(struct stack_overview *overview, struct arena *arena)
{
	scoped(fd) int connection =
		stack_control_ask(overview->stack, STACK_CONTROL_STATE, 0, 0, NULL, 0, NULL);
	struct stack_news news;

	while (connection >= 0 && stack_control_next(connection, &news) == 1 &&
		news.kind == STACK_NEWS_STATE)
		for (size_t i = 0; i < overview->row_count; i++)
			if (text_equal(overview->rows[i].service, news.service))
				refine(&overview->rows[i], &news, arena);
}
