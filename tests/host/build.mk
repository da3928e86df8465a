# tests/host/build.mk -- makes a host program, from the repository's top:
#
#	make -s -f tests/host/build.mk NAME=test_line TO=build/host/test_line
#
# run.sh and test_seeded_bugs.sh call it.  A program is NAME.c of this folder,
# a test_* or an explore_*.  It is compiled with tap.c and fake_kernel.c, with all
# of mm/*.c on host.c, and with what its first lines name:
#	// with: ipc/sysv/ids.c -DIDS_SEQ_MAX=2   more files of the core, and flags
#	// small: 2 4                             a program for each tiny machine: host.h
#	// alone                                  fake_mm.c in place of mm and host.c
#	// fast: ARGUMENT                         an explorer: run.sh runs it whole
#	                                          without the sanitizers, and with
#	                                          ARGUMENT with them
# SMALL=2 is the machine that is wanted, SANITIZE=1 asks for AddressSanitizer and
# UBSan.  With CHANGED=mm/slot.c, $(TO).c takes the place of that file.
#
# An object lies in a folder for its flags.  Programs with the same flags share
# it, and it stays until its source changes.  It appears at once, by a rename, as
# two programs may be made at a time.
MAKEFLAGS += --no-builtin-rules
HOSTCC ?= gcc
SOURCE := tests/host/$(NAME).c
HEAD   := $(shell sed -n '1,9s|^// with:||p; 1,9s|^// alone|alone|p' $(SOURCE))
ALONE  := $(filter alone,$(HEAD))

SANITIZERS := -O1 -g1 -fsanitize=address,undefined -fno-sanitize-recover=undefined
FLAGS := -std=gnu11 -DTESSERA_HOST -Wall -Wextra $(filter -%,$(HEAD))
FLAGS += $(if $(ALONE),,-include tests/host/host.h)
FLAGS += $(if $(SMALL),-DHOST_SMALL=$(SMALL) -Wno-div-by-zero)
FLAGS += $(if $(SANITIZE),$(SANITIZERS),-O2)
LINK  := $(if $(ALONE),,-Wl,--wrap=frame_drop,--wrap=rows_reserve)

FILES   := $(SOURCE) tests/host/tap.c tests/host/fake_kernel.c $(filter %.c,$(HEAD))
FILES   += $(if $(ALONE),tests/host/fake_mm.c,tests/host/host.c $(wildcard mm/*.c))
FOLDER  := build/host/objects/$(firstword $(shell echo '$(HOSTCC) $(FLAGS)' | cksum))
OBJECTS := $(patsubst %.c,$(FOLDER)/%.o,$(filter-out $(CHANGED),$(FILES)))

.PHONY: $(TO) $(TO).o
$(TO): $(OBJECTS) $(if $(CHANGED),$(TO).o)
	$(HOSTCC) $(FLAGS) $(LINK) -o $@ $^
$(FOLDER)/%.o: %.c
	mkdir -p $(@D)
	$(HOSTCC) $(FLAGS) -MMD -MP -MT $@ -MF $@.$$$$.dep -c -o $@.$$$$ $< && \
		mv $@.$$$$.dep $@.dep && mv $@.$$$$ $@
$(TO).o: $(TO).c
	$(HOSTCC) $(FLAGS) -iquote $(dir $(CHANGED)) -c -o $@ $<
-include $(OBJECTS:=.dep)
