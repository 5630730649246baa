/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* The group in which machines ask each other for names (RFC 6762). */
#define DRILL_GROUP4 "224.0.0.251"
#define DRILL_GROUP6 "ff02::fb"
#define DRILL_ALL_HOSTS "224.0.0.1"
