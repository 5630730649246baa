/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <stdbool.h>

#include "plan/service.h"

/* The plan's record is spread over some files; these are its joints. */

struct arena;
struct fault;
struct plan;
struct plan_publish;
struct record_type;

extern const struct record_type plan_life_record;    /* struct plan_life */
extern const struct record_type plan_service_record; /* struct plan_service */

/* What a launch of @service lays down, without what it is by other lines; in @arena. */
struct plan_service plan_confinement(const struct plan_service *service, struct arena *arena);

bool plan_same_publish(const struct plan_publish *left, const struct plan_publish *right);

extern const char *const plan_transport_names[3]; /* of enum plan_transport */

/* What every reader of a plan relies on and the field table cannot say. */
int plan_check_read(const struct plan *plan, const char *name, struct fault *why);
