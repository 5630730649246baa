/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/text.h"
#include "catalog/call.h"
#include "drill/need.h"
#include "drill/need_part.h"
#include "plan/plan.h"

void drill_need_ending(const struct drill_question *question, const char *call)
{
	const struct plan_service *service = question->service;
	const char *name = catalog_call_on(catalog_native_arch(), call)->name;

	for (size_t i = 0; i < service->ending_count; i++)
		if (text_equal(service->endings[i].name, name)) {
			question->arguments->where = service->endings[i].where;
			return;
		}
	drill_need_lack(question, "nothing of the kind ends when it is ready");
}

void drill_need_closing(const struct drill_question *question)
{
	question->arguments->where = question->service->view_closes_where;
	if (!question->service->view_closes)
		drill_need_lack(question, "its view is not closed when it is ready");
}
