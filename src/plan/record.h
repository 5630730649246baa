/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The plan's record is spread over some files; these are its joints. */

struct fault;
struct plan;
struct record_type;

extern const struct record_type plan_life_record;    /* struct plan_life */
extern const struct record_type plan_service_record; /* struct plan_service */

extern const char *const plan_transport_names[3]; /* of enum plan_transport */

/* What every reader of a plan relies on and the field table cannot say. */
int plan_check_read(const struct plan *plan, const char *name, struct fault *why);
