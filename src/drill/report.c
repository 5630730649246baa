/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drill/report.h"

#include <signal.h>
#include <string.h>

#include "drill/attempt.h"

static const char *const outcomes[] = {
	[DRILL_REFUSED] = "refused",
	[DRILL_SUCCEEDED] = "succeeded",
	[DRILL_SKIPPED] = "not-applicable",
};

static size_t put_text(char *line, const char *text)
{
	return (size_t)(stpcpy(line, text) - line);
}

static size_t put_number(char *line, long number)
{
	char digits[24];
	size_t length = 0, count = 0;
	unsigned long rest = number < 0 ? -(unsigned long)number : (unsigned long)number;

	line[length++] = ' ';
	if (number < 0)
		line[length++] = '-';
	do
		digits[count++] = (char)('0' + rest % 10);
	while ((rest /= 10));
	while (count)
		line[length++] = digits[--count];
	return length;
}

size_t drill_report(char line[static DRILL_LINE], int result, const struct drill_context *context)
{
	enum drill_outcome outcome = result == 0                      ? DRILL_SUCCEEDED
				     : result == DRILL_NOT_APPLICABLE ? DRILL_SKIPPED
								      : DRILL_REFUSED;
	size_t length = put_text(line, outcomes[outcome]);

	length += put_number(line + length, result < 0 ? -result : 0);
	length += put_number(line + length, context->call);
	length += put_number(line + length, context->layer);
	line[length++] = '\n';
	return length;
}

static bool take_number(const char **at, const char *end, long *number)
{
	bool negative = false, any = false;
	long value = 0;

	if (*at >= end || *(*at)++ != ' ')
		return false;
	if (*at < end && **at == '-') {
		negative = true;
		(*at)++;
	}
	for (; *at < end && **at >= '0' && **at <= '9' && value < 1L << 40; (*at)++) {
		value = value * 10 + (**at - '0');
		any = true;
	}
	*number = negative ? -value : value;
	return any;
}

bool drill_answer(const char *line, size_t length, struct drill_answer *answer)
{
	const char *at = line, *end = line + length;
	long error, call, layer;
	size_t i;

	for (i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++) {
		size_t word = strlen(outcomes[i]);
		if (length > word && memcmp(line, outcomes[i], word) == 0) {
			at = line + word;
			break;
		}
	}
	if (i == sizeof(outcomes) / sizeof(outcomes[0]) || !take_number(&at, end, &error) ||
		!take_number(&at, end, &call) || !take_number(&at, end, &layer) || at + 1 != end ||
		*at != '\n')
		return false;
	if (error > 4095 || layer < -1 || layer >= LAYER_COUNT)
		return false;
	*answer = (struct drill_answer){
		.outcome = (enum drill_outcome)i,
		.error = (int)error,
		.call = call,
		.layer = (int)layer,
	};
	return true;
}

void drill_conclude(const struct drill_attempt *attempt, const char *text, size_t length,
	int status, struct drill_answer *answer)
{
	const size_t mark = strlen(DRILL_BEGUN);
	bool begun = length >= mark && memcmp(text, DRILL_BEGUN, mark) == 0;

	if (begun) {
		text += mark;
		length -= mark;
	}
	if (drill_answer(text, length, answer)) {
		answer->begun = begun;
		return;
	}
	*answer = (struct drill_answer){
		.outcome = DRILL_LOST, .call = -1, .layer = -1, .begun = begun};
	if (status > 128)
		answer->signal = status - 128;
	if (answer->signal == SIGSYS)
		answer->outcome = DRILL_REFUSED;
	else if (attempt->replaces && !answer->signal)
		answer->outcome = status == 0 && attempt->kind != DRILL_BROUGHT ? DRILL_SUCCEEDED
										: DRILL_REFUSED;
}
