/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

struct cli_options;

/* `reload SERVICE...`: what the `reload` of each says, for all its instances.  The exit status. */
int cli_reload_services(const struct cli_options *options);
