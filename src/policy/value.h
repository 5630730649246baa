/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Text to typed values.  Nothing is guessed: `yes` is not a boolean, 0x10 and
 * 1:30 are not numbers, a mode is octal with or without quotes.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct policy_node;
struct policy_number;
struct policy_reading;

/* From text alone (value.c). */
bool policy_value_number(const char *text, uint64_t most, uint64_t *number);
bool policy_value_size(const char *text, uint64_t *bytes);       /* 512, 512KB, 64MB, 2GB, 1TB */
bool policy_value_mode(const char *text, uint32_t *mode);        /* 0750, 750; no set-id bits */
bool policy_value_duration(const char *text, uint64_t *seconds); /* 90s, 5m, 1h, 7d */
bool policy_value_port(const char *text, size_t length, uint16_t *port);
bool policy_value_ports(const char *text, size_t length, uint16_t *first, uint16_t *last);
bool policy_value_service_name(const char *text, size_t length);
bool policy_value_variable_name(const char *text); /* of the environment */

/* From a node (value_node.c): false after a complaint. */
bool policy_bool(struct policy_reading *reading, const struct policy_node *node, bool *value);
bool policy_mode(struct policy_reading *reading, const struct policy_node *node, uint32_t *mode);
bool policy_size(
	struct policy_reading *reading, const struct policy_node *node, struct policy_number *size);
bool policy_count(struct policy_reading *reading, const struct policy_node *node, uint64_t least,
	uint64_t most, struct policy_number *number);

/* A length of time in seconds; the hint of the complaint says @example. */
bool policy_duration(struct policy_reading *reading, const struct policy_node *node,
	const char *example, struct policy_number *seconds);

/* One of @names; its index, or -1 after a complaint with a "did you mean". */
int policy_choice(struct policy_reading *reading, const struct policy_node *node,
	const char *const *names, size_t count);

/* An absolute path, as short as it can be written; NULL after a complaint. */
const char *policy_path(struct policy_reading *reading, const struct policy_node *node);

/* A user or group name of this machine; NULL after a complaint. */
const char *policy_account(
	struct policy_reading *reading, const struct policy_node *node, const char *text);
