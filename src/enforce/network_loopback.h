/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/*
 * Old configuration that says 127.0.0.1: addresses of a service's own loopback
 * that lead to its peers (`connects` with `at`), and daemons on their loopback
 * that their peers reach (`listens` with `at`).
 *
 * Both are translations in the service's own namespace, of declared edges
 * alone.  A link may carry loopback addresses then (route_localnet; for ::1 a
 * local route), so a chain of its own drops every packet that arrives with one.
 */

#include <stdbool.h>
#include <stdio.h>

struct plan;
struct plan_service;

/* Does @service look for peers, or wait for them, on its loopback of this family? */
bool enforce_network_loopback(
	const struct plan *plan, const struct plan_service *service, bool wide);

/* The chains of its table that translate; nothing when it uses no loopback. */
void enforce_network_loopback_chains(
	FILE *out, const struct plan *plan, const struct plan_service *service);
