/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "policy/check.h"

#include "policy/reading.h"

/* What the keys of a service's life say against each other and against its sockets. */

static const struct policy_listen *find_listen(const struct policy_service *service, unsigned port)
{
	for (size_t i = 0; i < service->listen_count; i++)
		if (service->listens[i].transport == POLICY_TCP &&
			service->listens[i].first <= port && service->listens[i].last >= port)
			return &service->listens[i];
	return NULL;
}

/* The supervisor asks over the network: at a port that the service listens on. */
static void check_probe(struct policy_reading *reading, const struct policy_service *service,
	const struct policy_probe *probe)
{
	if ((probe->kind != POLICY_PROBE_PORT && probe->kind != POLICY_PROBE_HTTP) ||
		find_listen(service, probe->port))
		return;
	struct report_entry *entry = policy_error_at(reading, probe->where, 1,
		"'%s' is asked at port %u and does not listen on it", service->name, probe->port);
	if (service->listen_count)
		report_other(entry, service->listens[0].where, "it listens here");
	report_hint(reading->report, entry, "add listens: [%u]", probe->port);
}

/* A job ends by itself: what speaks of a service that stays contradicts it. */
static void check_job(struct policy_reading *reading, const struct policy_service *service)
{
	const struct policy_life *life = &service->life;
	const struct {
		struct where where;
		const char *text, *hint;
	} contradictions[] = {
		{life->instances.where, "'%s' is a job: it never runs twice at a time",
			"leave 'instances' out"},
		{life->ready.where,
			"'%s' is a job: nobody waits until it is ready, only until it is done",
			"leave 'ready' out"},
		{life->healthy.where, "'%s' is a job: it is not asked for its health",
			"leave 'healthy' out"},
		{service->listen_count ? service->listens[0].where : (struct where){0},
			"'%s' is a job: it ends by itself, and nobody can count on what it listens "
			"on",
			"leave 'listens' out, or 'job'"},
		{service->publish_count ? service->publishes[0].where : (struct where){0},
			"'%s' is a job: it ends by itself, and nobody can count on what it "
			"publishes",
			"leave 'publishes' out, or 'job'"},
		{life->restart == POLICY_RESTART_ALWAYS ? life->restart_where : (struct where){0},
			"'%s' is a job: it ends by itself, and 'restart: always' would have it run "
			"for ever",
			"write job: {every: 1h} for one that runs again, restart: on-failure for "
			"one "
			"that must succeed"},
	};

	for (size_t i = 0; i < sizeof(contradictions) / sizeof(contradictions[0]); i++) {
		if (!contradictions[i].where.file)
			continue;
		struct report_entry *entry = policy_error_at(
			reading, contradictions[i].where, 1, contradictions[i].text, service->name);
		report_other(entry, life->job.where, "a job by this");
		report_hint(reading->report, entry, "%s", contradictions[i].hint);
	}
}

/* A socket's path leads to one listener. */
static void check_instances(struct policy_reading *reading, const struct policy_service *service)
{
	for (size_t i = 0; i < service->listen_count; i++) {
		const struct policy_listen *listen = &service->listens[i];

		if (listen->transport != POLICY_UNIX)
			continue;
		struct report_entry *entry = policy_error_at(reading, listen->where, 1,
			"'%s' has instances and listens on a socket path, which can lead to one of "
			"them only",
			service->name);
		report_other(entry, service->life.instances.where, "instances are asked for here");
		report_hint(reading->report, entry,
			"listen on a port, or write a service for each: %s-a, %s-b", service->name,
			service->name);
	}
}

void policy_check_life(struct policy_reading *reading, const struct policy_service *service)
{
	const struct policy_life *life = &service->life;

	if (life->job.kind) {
		check_job(reading, service);
		return;
	}
	check_probe(reading, service, &life->ready);
	check_probe(reading, service, &life->healthy);
	if (life->instances.where.file)
		check_instances(reading, service);
}
