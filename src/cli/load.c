/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/load.h"

#include <stdbool.h>
#include <stddef.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/report.h"
#include "cli/options.h"
#include "cli/print.h"
#include "config.h"
#include "host/host.h"
#include "plan/plan.h"
#include "policy/policy.h"

/* First hit wins: what was asked for, the administrator's, the shipped, those of this build. */
static size_t role_folders(const struct cli_options *options, const char **folders)
{
	const char *const known[CLI_MOST_ROLE_FOLDERS] = {
		options->roles, "/etc/bulkhead/roles", BULKHEAD_ROLES, BULKHEAD_SOURCE_ROLES};
	size_t count = 0;

	for (size_t i = 0; i < CLI_MOST_ROLE_FOLDERS; i++)
		if (known[i] && (known[i] == options->roles || access(known[i], X_OK) == 0))
			folders[count++] = known[i];
	return count;
}

/* Does nothing follow but words? */
static bool judges(enum cli_purpose purpose)
{
	return purpose == CLI_JUDGE || purpose == CLI_CHECK;
}

static int no_policy(const struct cli_options *options)
{
	struct fault why = {0};

	fault_of(&why, FAULT_USAGE, 0, (struct where){0}, "there is no %s here",
		options->policies[0]);
	fault_hint(&why, "name a policy with -f, or try one service without any: "
			 "bulkhead run --role redis -- redis-server");
	return cli_fail(options, &why);
}

static int read_policy(
	const struct cli_options *options, enum cli_purpose purpose, struct cli_loaded *loaded)
{
	loaded->role_folder_count = role_folders(options, loaded->role_folders);
	if (options->roles && access(options->roles, X_OK) < 0)
		return cli_wrong(options, "there is no folder of roles %s", options->roles);
	struct policy_options reading = {
		.roles = loaded->role_folders,
		.role_folder_count = loaded->role_folder_count,
		.enforcing = !judges(purpose),
	};

	if (!options->role && !options->policy_given && access(options->policies[0], F_OK) < 0)
		return no_policy(options);
	if (options->role)
		loaded->policy = policy_from_role(
			options->role, options->command, &reading, loaded->arena, loaded->report);
	else
		loaded->policy = policy_load(options->policies, options->policy_count, &reading,
			loaded->arena, loaded->report);
	/* What is wrong in any version outweighs what this one lacks, and that a broken promise. */
	size_t wrong = reading.mistakes - reading.unsupported - loaded->policy->assertion_failed;
	if (reading.mistakes == 0)
		return 0;
	return cli_report(options, loaded->report, wrong > 0 ? 2 : reading.unsupported ? 3 : 1);
}

static bool uses_loopback(const struct policy_service *service)
{
	for (size_t i = 0; i < service->listen_count; i++)
		if (service->listens[i].at)
			return true;
	for (size_t i = 0; i < service->connect_count; i++)
		if (service->connects[i].at)
			return true;
	return false;
}

static bool uses_bandwidth(const struct policy_service *service)
{
	for (size_t i = 0; i < service->connect_count; i++)
		if (service->connects[i].budget && service->connects[i].budget->bandwidth.value)
			return true;
	return false;
}

/* The controllers of a service's limits; all of them when it says what may be missing. */
static uint64_t controllers(const struct policy_service *service)
{
	const struct policy_limits *limits = &service->limits;
	uint64_t wanted = 0;

	if (service->accept_missing.count > 0)
		return HOST_CONTROLLER_FEATURES;
	if (limits->memory.where.file)
		wanted |= HOST_FEATURE_BIT(HOST_CGROUP_MEMORY);
	if (limits->processes.where.file)
		wanted |= HOST_FEATURE_BIT(HOST_CGROUP_PIDS);
	if (limits->cpu.where.file)
		wanted |= HOST_FEATURE_BIT(HOST_CGROUP_CPU);
	if (limits->io.where.file)
		wanted |= HOST_FEATURE_BIT(HOST_CGROUP_IO);
	return wanted;
}

/* A launch pays for each probe: only what the policy needs is asked for. */
static uint64_t wanted_features(const struct policy *policy)
{
	uint64_t wanted = HOST_LAUNCH_FEATURES;

	for (size_t i = 0; i < policy->service_count; i++) {
		const struct policy_service *service = &policy->services[i];

		if (policy->nat.file && service->publish_count > 0)
			wanted |= HOST_DOOR_FEATURES | HOST_PASSING_FEATURES;
		if (service->listen_count > 0 || service->connect_count > 0 ||
			service->publish_count > 0)
			wanted |= HOST_NETWORK_FEATURES;
		if (uses_bandwidth(service))
			wanted |= HOST_BANDWIDTH_FEATURES;
		if (uses_loopback(service))
			wanted |= HOST_LOOPBACK_FEATURES;
		wanted |= controllers(service);
	}
	return wanted;
}

static struct host *probe(enum cli_purpose purpose, uint64_t features, struct cli_loaded *loaded)
{
	if (judges(purpose))
		return host_probe(loaded->arena, features);
	return host_probe_once(loaded->arena, features, purpose == CLI_ENFORCE, &loaded->recalled);
}

static int ask_host(const struct cli_options *options, enum cli_purpose purpose, uint64_t features,
	struct cli_loaded *loaded)
{
	struct fault why = {0};
	size_t count;

	if (options->host)
		return host_read(options->host, loaded->arena, &loaded->host, &why) < 0
			       ? cli_fail(options, &why)
			       : 0;
	loaded->host = probe(purpose, features, loaded);
	for (size_t i = 0; i < loaded->host->feature_count; i++)
		if (options->lacks & HOST_FEATURE_BIT(i))
			loaded->host->features[i].state = HOST_NO;
	const struct host_question *questions =
		plan_questions(loaded->policy, loaded->arena, &count);
	if (judges(purpose))
		host_answer(loaded->host, questions, count, loaded->arena);
	else
		host_answer_once(loaded->host, questions, count, loaded->arena);
	const char *const *names = plan_id_names(loaded->policy, loaded->arena, &count);
	int given = host_ids(loaded->host, names, count, false, loaded->arena, &why);
	if (given < 0)
		return cli_fail(options, &why);
	loaded->new_ids = given > 0;
	return 0;
}

/*
 * Only a plan that can be carried out leaves ids behind.  Another launch may have
 * taken those that the plan was made with: then it is made again with ours.
 */
static int keep_ids(const struct cli_options *options, struct cli_loaded *loaded)
{
	struct fault why = {0};
	const struct host_id *planned = loaded->host->ids;
	size_t count;
	bool same = true;

	if (options->host || !loaded->new_ids)
		return 0;
	const char *const *names = plan_id_names(loaded->policy, loaded->arena, &count);
	if (host_ids(loaded->host, names, count, true, loaded->arena, &why) < 0)
		return cli_fail(options, &why);
	for (size_t i = 0; i < count; i++)
		same = same && planned[i].id == loaded->host->ids[i].id;
	if (!same)
		loaded->plan = plan_build(loaded->policy, loaded->host, false, loaded->arena,
			report_new(loaded->arena));
	return 0;
}

static int make_plan(
	const struct cli_options *options, enum cli_purpose purpose, struct cli_loaded *loaded)
{
	if (purpose == CLI_CHECK)
		loaded->plan =
			plan_judge(loaded->policy, loaded->host, loaded->arena, loaded->report);
	else
		loaded->plan = plan_build(loaded->policy, loaded->host, purpose == CLI_JUDGE,
			loaded->arena, loaded->report);
	if (report_count(loaded->report, REPORT_ERROR) > 0)
		return cli_report(options, loaded->report, 2);
	if (purpose != CLI_JUDGE)
		plan_report_until(loaded->plan, (uint64_t)time(NULL), loaded->report);
	if (!judges(purpose) && plan_report_gaps(loaded->plan, false, loaded->report) > 0)
		return cli_report(options, loaded->report, 3);
	return 0;
}

static int begin(
	const struct cli_options *options, enum cli_purpose purpose, struct cli_loaded *loaded)
{
	*loaded = (struct cli_loaded){.arena = arena_new()};
	loaded->report = report_new(loaded->arena);
	return read_policy(options, purpose, loaded);
}

int cli_load_host(const struct cli_options *options, struct cli_loaded *loaded)
{
	int status = begin(options, CLI_JUDGE, loaded);

	return status ? status : ask_host(options, CLI_JUDGE, HOST_ALL_FEATURES, loaded);
}

int cli_load(const struct cli_options *options, enum cli_purpose purpose, struct cli_loaded *loaded)
{
	int status = begin(options, purpose, loaded);

	if (status == 0)
		status = ask_host(options, purpose, wanted_features(loaded->policy), loaded);
	if (status == 0)
		status = make_plan(options, purpose, loaded);
	if (status == 0 && !judges(purpose))
		status = keep_ids(options, loaded);
	return status;
}

void cli_unload(struct cli_loaded *loaded)
{
	arena_free(loaded->arena);
}

int cli_need_root(const struct cli_options *options, const char *verb, const char *what)
{
	struct fault why = {0};

	if (geteuid() == 0)
		return 0;
	fault_of(&why, FAULT_NEEDS_ROOT, 0, (struct where){0}, "%s needs root: %s", verb, what);
	fault_hint(&why, "sudo bulkhead %s …", verb);
	return cli_fail(options, &why);
}
