/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* What the linker called this very program, in hexadecimal; NULL: it has no name. */
const char *host_build_id(void);
