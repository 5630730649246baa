/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * The options of every verb, parsed by one table: a verb says which it accepts.
 * `--name VALUE`, `--name=VALUE`, `-f FILE`; options may stand anywhere before
 * `--`, what follows it is a command.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fault;

enum cli_accepts {
	CLI_POLICY = 1 << 0,      /* -f POLICY, --roles DIR */
	CLI_JSON = 1 << 1,        /* --json */
	CLI_HOST = 1 << 2,        /* --host FILE */
	CLI_ROLE = 1 << 3,        /* --role ROLE */
	CLI_BRING = 1 << 4,       /* --bring FILE */
	CLI_WITHOUT = 1 << 5,     /* --without LAYER; test builds only */
	CLI_KILL = 1 << 6,        /* --kill-after STEP; test builds only */
	CLI_COMMAND = 1 << 7,     /* -- COMMAND [ARGUMENT...] */
	CLI_WITHIN = 1 << 8,      /* --within SECONDS */
	CLI_LACKS = 1 << 9,       /* --lacks FEATURE; test builds only */
	CLI_ALL = 1 << 10,        /* --all */
	CLI_BRIEF = 1 << 11,      /* --brief */
	CLI_FOLLOW = 1 << 12,     /* -f, --follow: -f is not the policy then */
	CLI_LINES = 1 << 13,      /* -n LINES */
	CLI_STACK = 1 << 14,      /* --stack STACK */
	CLI_FOREGROUND = 1 << 16, /* --foreground */
	CLI_EVERY = 1 << 15,      /* --all: every stack */
	CLI_LEAVE = 1 << 17,      /* --without LAYER, on scratch data */
	CLI_DEPTH = 1 << 18,      /* --depth */
	CLI_JUNIT = 1 << 19,      /* --junit FILE */
	CLI_GRAPH = 1 << 20,      /* --dot, --svg, --denied */
	CLI_DRY = 1 << 21,        /* --dry-run */
	CLI_FAIL = 1 << 22,       /* --fail-after STEP; test builds only */
};

enum { CLI_MOST_POLICIES = 32 };
#define CLI_NO_LINES UINT32_MAX

struct cli_options {
	const char *policies[CLI_MOST_POLICIES]; /* in order, never empty */
	size_t policy_count;
	bool policy_given; /* false: the default, bulkhead.yaml */
	bool json, all, brief, follow, foreground;
	bool depth, help, dry;
	bool dot, svg, denied;
	const char *roles;   /* a folder of roles to look in first; NULL: none */
	const char *host;    /* a description written by `doctor --json`; NULL: this machine */
	const char *role;    /* `run --role`; NULL: none */
	const char *bring;   /* `run --bring`; NULL: none */
	const char *junit;   /* `drill --junit`; NULL: none */
	unsigned without;    /* bits 1 << enum layer */
	unsigned kill_after; /* 0: never */
	unsigned fail_after; /* 0: never */
	unsigned within;     /* seconds; 0: the verb's own */
	unsigned lines;      /* `-n`; CLI_NO_LINES: not given */
	const char *stack;   /* `--stack`; NULL: none */
	uint64_t lacks;      /* bits of enum host_feature: taken for missing */
	char **operands;     /* what is neither option nor command */
	int operand_count;
	char **command; /* after `--`, ends with NULL; NULL: no `--` was given */
};

/*
 * Parse @argv (argv[0] is the verb, the array is reordered and borrowed) into
 * @options.  Wrong use is a fault of kind FAULT_USAGE.
 */
int cli_options_parse(
	int argc, char **argv, unsigned accepts, struct cli_options *options, struct fault *why);

/* Write what a verb that @accepts takes, one line each. */
void cli_options_help(unsigned accepts);
