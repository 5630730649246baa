# SPDX-License-Identifier: GPL-2.0-or-later
# The front door.  Everything real is in meson.build and tools/.
BUILD ?= build

all: $(BUILD)/build.ninja
	ninja -C $(BUILD) product

$(BUILD)/build.ninja: meson.build meson_options.txt
	tools/install-needed build
	meson setup $(BUILD)

install: all
	meson install -C $(BUILD) --no-rebuild

demo test bench lint fuzz prove:
	@tools/$@

demo-small demo-vendure demo-wordpress:
	@tools/demo $(@:demo-%=%)

clean:
	rm -rf $(BUILD)

.PHONY: all install demo demo-small demo-vendure demo-wordpress test bench lint fuzz prove clean
