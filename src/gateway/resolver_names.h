/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Who may ask for which names. */

#include <stddef.h>
#include <stdint.h>

struct fault;
struct gateway_dns_name;
struct gateway_resolver_config;
struct gateway_resolver_names;

/* NULL with @why: a pattern is no name, or one name belongs to too many edges.  Freed by free(). */
struct gateway_resolver_names *gateway_resolver_names(
	const struct gateway_resolver_config *config, struct fault *why);

/* The edges of @service that @name belongs to, each once; 0: it is not declared. */
size_t gateway_resolver_names_edges(const struct gateway_resolver_names *names, uint32_t service,
	const struct gateway_dns_name *name, uint32_t *edges);
