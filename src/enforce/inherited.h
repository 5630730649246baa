/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

/* Leave the session keyring of whoever started this process.  0 or -errno. */
int enforce_leave_keys(void);
