/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drill/batch.h"

#include <string.h>

#include "base/fault.h"
#include "drill/await.h"
#include "drill/launch.h"
#include "drill/made.h"
#include "drill/report.h"
#include "drill/sweep.h"
#include "drill/world.h"
#include "plan/plan.h"
#include "stack/launch.h"

_Static_assert(sizeof(((struct drill_end *)NULL)->text) >=
		       DRILL_BATCH * (sizeof(DRILL_BEGUN) - 1 + DRILL_LINE),
	"what they print is read whole");

bool drill_together(const struct drill_attempt *attempt)
{
	/* Earlier ones leave descriptors. */
	if (attempt->replaces || attempt->need == DRILL_INHERITED)
		return false;
	switch (attempt->kind) {
	case DRILL_INET:  /* a network may not answer */
	case DRILL_LIMIT: /* takes all there is */
	case DRILL_LATE:  /* ends the phase of the whole launch */
		return false;
	default:
		return true;
	}
}

void drill_batch_words(
	const struct drill_item *items, size_t count, const char *words[static DRILL_BATCH_WORDS])
{
	*words++ = drill_swept(items[0].attempt) ? "sweep" : "each";
	for (size_t i = 0; i < count; i++) {
		*words++ = drill_payload_name(items[i].attempt);
		*words++ = items[i].first;
		*words++ = items[i].second;
	}
	*words = NULL;
}

/* The length of the whole answer that begins at @text, with its beginning; 0: it is not whole. */
static size_t answer_length(const char *text, size_t length)
{
	const size_t mark = strlen(DRILL_BEGUN);

	if (length < mark || memcmp(text, DRILL_BEGUN, mark) != 0)
		return 0;
	const char *end = memchr(text + mark, '\n', length - mark);
	return end ? (size_t)(end - text) + 1 : 0;
}

size_t drill_batch_conclude(
	const struct drill_item *items, size_t count, const struct drill_end *end)
{
	size_t at = 0, done = 0;

	for (; done < count; done++) {
		size_t length = answer_length(end->text + at, end->length - at);

		if (!length)
			break;
		drill_conclude(items[done].attempt, end->text + at, length, 0, items[done].answer);
		at += length;
	}
	/* The next one ended it, unless it ended by itself, as when something got through. */
	if (done < count && (done == 0 || at < end->length)) {
		drill_conclude_end(items[done].attempt, end, at, items[done].answer);
		done++;
	}
	return done;
}

int drill_batch(const struct drill_world *world, const struct plan_service *service,
	const char *group, int output, const struct drill_item *items, size_t count, size_t *done,
	struct fault *why)
{
	static struct drill_end end;
	const char *words[DRILL_BATCH_WORDS + 1];
	struct stack_launched launched;

	drill_batch_words(items, count, words + 1);
	int error = drill_launch(world, service, group, words, &launched, why);
	if (error)
		return error;
	error = drill_await_end(launched.init_pidfd, output, &end);
	int removed = stack_kill(world->plan, group, why);
	stack_launched_close(&launched);
	if (error)
		return fault(why, error, service->where, "cannot wait for several attempts");
	*done = drill_batch_conclude(items, count, &end);
	return removed;
}
