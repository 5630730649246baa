/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "gateway/gateway.h"
#include "plan/plan.h"
#include "stack/supervised.h"

void supervisor_note(const char *service, const char *text)
{
	char stamp[32] = "";
	time_t now = time(NULL);
	struct tm broken;

	if (gmtime_r(&now, &broken))
		strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%SZ", &broken);
	dprintf(STDERR_FILENO, "%s %s: %s\n", stamp, service, text);
}

void supervisor_note_fault(const char *service, const struct fault *why)
{
	char sentence[FAULT_SENTENCE];

	supervisor_note(service, fault_sentence(why, sentence, sizeof(sentence)));
}

const char *supervisor_name(const struct supervisor *supervisor, uint32_t service)
{
	static const char *const relays[STACK_RELAYS] = {[GATEWAY_DOORS] = "gateway",
		[GATEWAY_OUTLET] = "outlet",
		[GATEWAY_RESOLVER] = "resolver"};

	for (size_t i = 0; i < STACK_RELAYS; i++)
		if (service == STACK_RELAY(i))
			return relays[i];
	return supervisor->plan->services[service].name;
}
