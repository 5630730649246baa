/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/scoped.h"
#include "cli/drill_depth.h"
#include "cli/drill_junit.h"
#include "cli/drill_others.h"
#include "cli/drill_places.h"
#include "cli/drill_report.h"
#include "cli/drill_stage.h"
#include "cli/drill_text.h"
#include "cli/load.h"
#include "cli/print.h"
#include "cli/verb.h"
#include "drill/lock.h"
#include "drill/run.h"
#include "drill/world.h"
#include "plan/plan.h"

/* Asked to end, the drill ends after the service at hand, and tidies up. */
static volatile sig_atomic_t interrupted;

static void take_note(int number)
{
	(void)number;
	interrupted = 1;
}

struct session {
	const struct cli_options *options;
	struct cli_stage stage;
	struct drill_world world;
	struct cli_drill_report report;
	struct arena *arena;
};

/* What was added to the report from place @first on, as one. */
static void tell(const struct session *session, size_t first, const char *title)
{
	if (session->options->json)
		return;
	if (session->options->all)
		cli_drill_write_rows(&session->report, first);
	else
		cli_drill_write_place(&session->report, first, title);
	fflush(stdout);
}

static int drill_scenarios_of(
	struct session *session, const struct plan_service *service, struct fault *why)
{
	size_t count;
	const struct drill_scenario *scenarios = drill_scenarios(&count);

	for (size_t i = 0; i < count; i++) {
		struct drill_table table = {0};

		if (!drill_scenario_about(&scenarios[i], service))
			continue;
		int error = drill_scenario_run(
			&session->world, &scenarios[i], service, session->arena, &table, why);
		if (error)
			return error;
		cli_drill_add_scenario(
			&session->report, &scenarios[i], service->name, &table, session->arena);
	}
	return 0;
}

static int interrupt(struct where where, struct fault *why)
{
	fault(why, 0, where, "the drill was interrupted");
	return -EINTR;
}

/* Do its launches leave layers off? */
static bool is_apart(const struct cli_options *options)
{
	return options->without || options->depth;
}

static int drill_one(struct session *session, const struct plan_service *service, struct fault *why)
{
	struct drill_table table = {0};

	if (interrupted)
		return interrupt(service->where, why);
	int error = drill_service(&session->world, service, session->arena, &table, why);

	if (error)
		return error;
	size_t first = session->report.place_count, cell = session->report.cell_count;
	cli_drill_add(&session->report, service->name, service->role, &table, session->arena);
	tell(session, first, service->name);
	if (session->options->depth) {
		cli_drill_add_depth(&session->report, service, &table, session->arena);
		if (!session->options->json)
			cli_drill_write_cells(&session->report, cell);
	}
	/* What must work as well would work on scratch data, and say nothing. */
	return is_apart(session->options) ? 0 : drill_scenarios_of(session, service, why);
}

/* The inits, which differ by their views and networks alone, make one paragraph. */
static int drill_inits(struct session *session, struct fault *why)
{
	const struct plan *plan = session->stage.plan;
	size_t first = session->report.place_count;

	for (size_t i = 0; i < plan->service_count; i++) {
		struct drill_table table = {0};

		if (interrupted)
			return interrupt(plan->services[i].where, why);
		int error = cli_drill_init(
			&session->world, &plan->services[i], session->arena, &table, why);
		if (error)
			return error;
		cli_drill_add(&session->report,
			arena_printf(session->arena, "init of %s", plan->services[i].name), NULL,
			&table, session->arena);
	}
	tell(session, first, "inits of the services");
	return 0;
}

static bool publishes(const struct plan *plan)
{
	return plan->publish_count > 0;
}

static bool reaches_host(const struct plan *plan)
{
	return plan_leaves(plan);
}

static bool asks_names(const struct plan *plan)
{
	return plan->network.resolver_id != 0;
}

/* Bulkhead's own confined processes. */
static int drill_ourselves(struct session *session, struct fault *why)
{
	static const struct {
		const char *name;
		int (*drill)(struct drill_world *world, const struct cli_stage *stage,
			struct arena *arena, struct drill_table *table, struct fault *why);
		/* What it is there for. */
		bool (*there)(const struct plan *plan);
	} places[] = {
		{"supervisor", cli_drill_supervisor, NULL},
		{"gateway", cli_drill_gateway, publishes},
		{"outlet", cli_drill_outlet, reaches_host},
		{"resolver", cli_drill_resolver, asks_names},
	};
	const struct cli_stage *stage = &session->stage;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		struct drill_table table = {0};
		size_t first = session->report.place_count;

		if (places[i].there && (!places[i].there(stage->plan) || stage->router.network < 0))
			continue;
		int error = places[i].drill(&session->world, stage, session->arena, &table, why);
		if (error)
			return error;
		cli_drill_add(&session->report, places[i].name, NULL, &table, session->arena);
		tell(session, first, places[i].name);
	}
	return drill_inits(session, why);
}

static int drill_all(struct session *session, struct fault *why)
{
	const struct cli_options *options = session->options;
	const struct plan *plan = session->stage.plan;
	int error = 0;

	for (size_t i = 0; i < plan->service_count && !error; i++) {
		bool asked = options->operand_count == 0;

		for (int j = 0; j < options->operand_count; j++)
			asked = asked ||
				plan_service_called(&plan->services[i], options->operands[j]);
		if (asked)
			error = drill_one(session, &plan->services[i], why);
	}
	/* Whatever layer services lack, the gateway and inits are the same as ever. */
	if (!error && options->operand_count == 0 && !is_apart(options))
		error = drill_ourselves(session, why);
	return error;
}

/* What is drilled is what runs, which may be older than the policy at hand. */
static int settle_plan(const struct session *session, const struct plan *plan, struct fault *why)
{
	const struct cli_options *options = session->options;
	const struct plan *drilled = session->stage.plan;

	if (!plan_same(plan, drilled))
		fprintf(stderr,
			"bulkhead: %s is up with another policy: what runs is drilled, not %s\n",
			plan->stack, options->policies[0]);
	for (int i = 0; i < options->operand_count; i++)
		if (!plan_service_named(drilled, options->operands[i]))
			return plan_no_service(drilled, options->operands[i], why);
	return 0;
}

static void say_waiting(void)
{
	fputs("bulkhead: another drill is under way: waiting for it\n", stderr);
}

static int run(struct session *session, const struct plan *plan, struct fault *why)
{
	const struct sigaction noted = {.sa_handler = take_note, .sa_flags = SA_RESTART};
	struct drill_options options = {.payload = drill_payload(),
		.without = session->options->without,
		.apart = is_apart(session->options),
		.depth = session->options->depth,
		.arena = session->arena};

	if (!options.payload)
		return fault(why, -ENOENT, plan->where, "bulkhead-drill is not installed");
	scoped(fd) int lock = drill_lock(say_waiting, why);
	if (lock < 0)
		return lock;
	options.lock = lock;
	sigaction(SIGINT, &noted, NULL);
	sigaction(SIGTERM, &noted, NULL);
	int error = cli_stage_open(plan, options.apart, session->arena, &session->stage, why);
	if (error)
		return error;
	session->report.stack = plan->stack;
	session->report.live = session->stage.live;
	session->report.without =
		cli_drill_layers(options.without, session->arena, &session->report.without_count);
	options.networks = session->stage.networks;
	options.router = session->stage.router.network;
	options.run_folder = session->stage.run_folder;
	options.live = session->stage.live;
	options.others = cli_drill_others(plan->stack, session->arena, &options.other_count);
	error = settle_plan(session, plan, why);
	if (!error)
		error = drill_world_open(session->stage.plan, &options, &session->world, why);
	if (!error) {
		error = drill_all(session, why);
		/* Asked at the terminal, all of its group are: what they were at fails first. */
		if (error && interrupted)
			error = interrupt(plan->where, why);
		drill_world_close(&session->world);
	}
	cli_drill_others_close(options.others, options.other_count);
	cli_stage_close(&session->stage);
	return error;
}

static int conclude(const struct session *session)
{
	const struct cli_options *options = session->options;
	const struct cli_drill_report *report = &session->report;
	struct fault why = {0};

	if (options->json)
		cli_json(&cli_drill_record, report);
	else
		cli_drill_write_summary(report, options->all);
	if (options->junit && cli_drill_write_junit(report, options->junit, &why) < 0)
		return cli_fail(options, &why);
	return report->through || report->broken || report->shallow;
}

/* Known before the drill, which takes minutes. */
static int try_junit(const char *path, struct fault *why)
{
	scoped(fd) int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	return fd < 0 ? fault(why, -errno, (struct where){0}, "cannot write %s", path) : 0;
}

static int drill(const struct cli_options *options)
{
	struct cli_loaded loaded;
	struct fault why = {0};
	int status = cli_need_root(options, "drill", "to launch services and attack them");

	if (status)
		return status;
	if (options->junit && try_junit(options->junit, &why) < 0)
		return cli_fail(options, &why);
	status = cli_load(options, CLI_ENFORCE, &loaded);
	if (status == 0) {
		struct session session = {.options = options, .arena = loaded.arena};

		if (run(&session, loaded.plan, &why) < 0) {
			status = cli_fail(options, &why);
		} else {
			status = conclude(&session);
		}
	}
	cli_unload(&loaded);
	return status;
}

const struct cli_verb cli_drill = {
	.name = "drill",
	.arguments = "[SERVICE...]",
	.summary = "attack every boundary from inside, and say what stopped it",
	.accepts = CLI_POLICY | CLI_JSON | CLI_ALL | CLI_LEAVE | CLI_DEPTH | CLI_JUNIT,
	.run = drill,
	.help = "Each attempt first runs unconfined on this machine: what fails even so is void.\n"
		"Then it runs in the service's own confinement, in the running stack's networks\n"
		"when the stack is up.  `expected` marks a layer that no answer tells from "
		"others.\n"
		"--without and --depth launch on scratch data in networks made for the drill, "
		"beside\n"
		"the stack that may run; they drill the policy at hand.\n"
		"Exit status 1: something got through, a scenario is broken, or (--depth) one "
		"layer\n"
		"alone holds an attempt for no known reason.\n",
};
