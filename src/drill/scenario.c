/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drill/scenario.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "drill/run.h"
#include "plan/plan.h"

static const struct drill_scenario scenarios[] = {
	{
		"a payment worker has outbound network and no filesystem write",
		{"payment-worker"},
		{"create-in-etc", "create-in-root", "create-in-var", "write-declared-read"},
		{"connect-declared", "make-thread"},
		"outbound: a peer on this machine stands in for the provider",
		true,
	},
	{
		"an image processor has disk writes and no socket",
		{"image-processor"},
		{"make-internet", "make-local", "make-machine", "make-packet", "connect-host"},
		{"write-declared", "run-declared", "make-pair", "make-child"},
		NULL,
		false,
	},
	{
		"a node worker that never forks may not fork",
		{"worker", "node"},
		{"make-process", "fork-process", "run-shell"},
		{"make-thread"},
		NULL,
		false,
	},
	{
		"PHP-FPM may not load a module",
		{"php-fpm"},
		{"load-module", "load-module-file", "map-written-file", "map-uploaded",
			"run-dropped"},
		{"load-library", "read-declared", "listen-local", "make-child"},
		NULL,
		false,
	},
	{
		"the database accepts and never initiates",
		{"postgres", "mariadb"},
		{"connect-far-service", "connect-host", "connect-internet", "ask-internet",
			"connect-router"},
		{"listen-declared", "listen-local", "write-declared"},
		NULL,
		false,
		true,
	},
	{
		"web workers reach named APIs, not arbitrary ports",
		{"node"},
		{"connect-near-port", "connect-near-port6", "ask-near-port", "connect-far-service",
			"connect-internet", "connect-metadata"},
		{"connect-declared", "connect-by-name", "meet-declared"},
		"names: a service of the stack stands in for the API",
		true,
	},
	{
		"the scheduler has no outbound traffic",
		{"scheduler"},
		{"connect-internet", "connect-internet6", "ask-internet", "connect-metadata",
			"connect-router", "make-raw"},
		{"connect-declared", "meet-declared"},
		NULL,
		false,
	},
	{
		"a queue worker sees no host process",
		{"worker", "payment-worker"},
		{"list-stranger", "signal-stranger", "ask-session", "ask-schedule", "read-stranger",
			"see-host-name"},
		{"see-itself"},
		NULL,
		false,
	},
	{
		"a web server sees no container neighbour",
		{"nginx", "haproxy"},
		{"list-stranger", "read-other-environment", "read-other-memory", "trace-stranger",
			"take-descriptor", "meet-host-abstract"},
		{"see-itself", "read-declared"},
		"neighbour: a process of the same user in foreign namespaces",
		true,
	},
};

const struct drill_scenario *drill_scenarios(size_t *count)
{
	*count = sizeof(scenarios) / sizeof(scenarios[0]);
	return scenarios;
}

bool drill_scenario_about(const struct drill_scenario *scenario, const struct plan_service *service)
{
	for (size_t i = 0; i < sizeof(scenario->roles) / sizeof(scenario->roles[0]); i++)
		if (scenario->roles[i] && text_equal(scenario->roles[i], service->role))
			return true;
	return false;
}

static bool listed(const char *const *names, const char *name)
{
	for (size_t i = 0; i < DRILL_SCENARIO_NAMES && names[i]; i++)
		if (text_equal(names[i], name))
			return true;
	return false;
}

/* "void on this host: load-module, load-module-file": names are short, and what does not fit is
 * left out. */
static void add_void(char *text, size_t size, const char *name)
{
	size_t length = strlen(text);

	snprintf(text + length, size - length, "%s%s", length ? ", " : "void on this host: ", name);
}

enum drill_scenario_result drill_scenario_judge(const struct drill_scenario *scenario,
	const struct drill_table *attempts, char *text, size_t size)
{
	size_t stopped = 0, works = 0;

	text[0] = '\0';
	for (size_t i = 0; i < attempts->count; i++) {
		const struct drill_verdict *verdict = &attempts->verdicts[i];
		bool refused = listed(scenario->refused, verdict->attempt);
		bool through = verdict->standing == DRILL_THROUGH;

		if (refused && through) {
			snprintf(text, size, "%s got through", verdict->attempt);
			return DRILL_BROKEN;
		}
		/* A permitted one that fails even unconfined says nothing about the confinement. */
		if (!refused && !through && verdict->standing != DRILL_IDLE && verdict->shown) {
			snprintf(text, size, "%s does not work: %s", verdict->attempt,
				verdict->text);
			return DRILL_BROKEN;
		}
		stopped += refused && verdict->standing == DRILL_STOPPED;
		works += !refused && through;
		if (verdict->standing == DRILL_VOID)
			add_void(text, size, verdict->attempt);
	}
	if (stopped && works)
		return DRILL_HOLDS;
	snprintf(text, size, "%s",
		stopped ? "nothing permitted applies" : "nothing to refuse applies");
	return DRILL_OPEN;
}
