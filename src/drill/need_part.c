/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drill/need_part.h"

#include <stdio.h>

#include "drill/need.h"
#include "drill/world.h"

void drill_need_lack(const struct drill_question *question, const char *text)
{
	question->arguments->lacking = text;
}

void drill_need_first(const struct drill_question *question, const char *text, struct where where)
{
	snprintf(question->arguments->first, sizeof(question->arguments->first), "%s", text);
	question->arguments->where = where;
}

void drill_need_control(const struct drill_question *question, const char *text)
{
	snprintf(question->arguments->control, sizeof(question->arguments->control), "%s", text);
}

void drill_need_outside(const struct drill_question *question, const char *path)
{
	snprintf(question->arguments->outside, sizeof(question->arguments->outside), "%s", path);
}

void drill_need_stand_in(const struct drill_question *question, const char *path)
{
	const struct enforce_stand_ins *stand_ins = &question->world->stand_ins;

	if (stand_ins->folder && enforce_stood_in(stand_ins, path))
		snprintf(question->arguments->outside, sizeof(question->arguments->outside), "%s%s",
			stand_ins->folder, path);
}

void drill_need_second(const struct drill_question *question, unsigned long number)
{
	snprintf(question->arguments->second, sizeof(question->arguments->second), "%lu", number);
}

void drill_need_everywhere(const struct drill_question *question, const char *address,
	unsigned long port, struct where where)
{
	drill_need_first(question, address, where);
	drill_need_second(question, port);
	question->arguments->setting = DRILL_EVERYWHERE;
}
