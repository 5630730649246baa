/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <signal.h>

#include "policy/draft.h"
#include "policy/node.h"
#include "policy/reading.h"
#include "policy/value.h"

/* What a daemon may be told to end by, or to read its configuration again.  STOP ends nothing. */
static const char *const signals[] = {
	"TERM", "INT", "QUIT", "HUP", "USR1", "USR2", "WINCH", "KILL"};
static const int numbers[] = {
	SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1, SIGUSR2, SIGWINCH, SIGKILL};

enum { STOP_SIGNALS = 8, RELOAD_SIGNALS = 7 /* nothing is read again after KILL */ };

/* In the order of enum policy_restart. */
static const char *const restarts[] = {"always", "on-failure", "never"};

enum { MOST_INSTANCES = 1000 };

static struct policy_life *life_of(void *draft)
{
	return &((struct policy_draft *)draft)->service.life;
}

static void read_signal(struct policy_reading *reading, const struct policy_node *node,
	size_t count, struct policy_number *number)
{
	int choice = policy_choice(reading, node, signals, count);

	if (choice >= 0)
		*number = (struct policy_number){(uint64_t)numbers[choice], node->where};
}

bool policy_is_single(struct policy_reading *reading, const struct policy_node *node)
{
	if (node->first && !node->first->next)
		return true;
	policy_show_form(reading, policy_error(reading, node, "%s says exactly one thing",
					  policy_label(reading, node)));
	return false;
}

void policy_read_instances(
	struct policy_reading *reading, const struct policy_node *node, void *draft)
{
	policy_count(reading, node, 1, MOST_INSTANCES, &life_of(draft)->instances);
}

static void read_stop_signal(
	struct policy_reading *reading, const struct policy_node *node, void *draft)
{
	read_signal(reading, node, STOP_SIGNALS, &life_of(draft)->stop_signal);
}

static void read_stop_within(
	struct policy_reading *reading, const struct policy_node *node, void *draft)
{
	policy_duration(reading, node, "10s, 5m or 1h", &life_of(draft)->stop_within);
}

void policy_read_stop(struct policy_reading *reading, const struct policy_node *node, void *draft)
{
	static const struct policy_field fields[] = {
		{"signal", KEY_STOP_PART, read_stop_signal},
		{"within", KEY_STOP_PART, read_stop_within},
	};

	POLICY_FIELDS(reading, node, "'stop'", fields, draft);
}

static void read_reload_signal(
	struct policy_reading *reading, const struct policy_node *node, void *draft)
{
	read_signal(reading, node, RELOAD_SIGNALS, &life_of(draft)->reload_signal);
}

static void read_reload_command(
	struct policy_reading *reading, const struct policy_node *node, void *draft)
{
	policy_read_command(reading, node, &life_of(draft)->reload_command);
}

void policy_read_reload(struct policy_reading *reading, const struct policy_node *node, void *draft)
{
	static const struct policy_field fields[] = {
		{"signal", KEY_RELOAD_PART, read_reload_signal},
		{"command", KEY_RELOAD_PART, read_reload_command},
	};

	if (POLICY_FIELDS(reading, node, "'reload'", fields, draft))
		policy_is_single(reading, node);
}

void policy_read_restart(
	struct policy_reading *reading, const struct policy_node *node, void *draft)
{
	struct policy_life *life = life_of(draft);
	int choice = policy_choice(reading, node, restarts, sizeof(restarts) / sizeof(restarts[0]));

	if (choice < 0)
		return;
	life->restart = (enum policy_restart)choice;
	life->restart_where = node->where;
}
