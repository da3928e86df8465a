# Tessera.  `make help` says what there is; everything made lies in build/.
MAKEFLAGS += --no-builtin-rules
.DELETE_ON_ERROR:
SCRIPTS := run compare check bench lines gdb grade dist doctor
.PHONY: all test help setup clean programs web $(SCRIPTS)
all: build/tessera.elf build/tessera.iso ## build the kernel and the bootable ISO (FAST=1: quickly)

# ---- what must be installed ------------------------------------------------
# The goals that people ask for install what is missing; others only say what it is.
GOALS      := $(or $(MAKECMDGOALS),all)
ifneq ($(filter-out help clean doctor,$(GOALS)),)
NEEDED_FOR := $(or $(filter test setup web $(SCRIPTS),$(GOALS)),-n) $(WINDOW:1=window)
$(if $(shell tools/setup $(NEEDED_FOR) >&2 || echo failed),$(error tools/setup failed))
CROSS      := $(shell tools/cross)
USER_CROSS := $(shell tools/cross static)
endif

# ---- how to compile --------------------------------------------------------
WARN   := -Wall -Wextra -Wstrict-prototypes -Wmissing-prototypes $(if $(WERROR),-Werror)
# What has no C library below it: the kernel, the servers, init and the bench.
FREE   := -std=gnu11 -m32 -march=i686 -mtune=generic -fno-pic -fno-pie -O2 -g $(WARN)
FREE   += -ffreestanding -fno-stack-protector -fno-asynchronous-unwind-tables
# The loop in our memmove() must not become a call of memmove().
FREE   += -fno-tree-loop-distribute-patterns
# Only a switch saves the FPU's registers, so the kernel uses none.
FREE   += -mgeneral-regs-only
KFLAGS := $(FREE) -march=i386 -fomit-frame-pointer -mregparm=3 -mpreferred-stack-boundary=2
# Small functions of one file are inlined in another: without it a message costs a third more,
# but a changed line takes a tenth of the time (FAST=1).  Each way has its own folder.
WAY    := $(if $(FAST),fast,obj)
KFLAGS += $(if $(FAST),,-flto=auto)
# A fault and a switch change memory by assembly, which these analyses do not see.
KFLAGS += -fno-ipa-modref -fno-ipa-reference
KLINK  := -nostdlib -static -Wl,-T,linker.ld,-z,noexecstack,--build-id=none
# Ordinary programs are C for Linux, linked with its C library.
UFLAGS := -m32 -static -O2 -Wall -Wextra $(if $(WERROR),-Werror)
ULINK  := -m elf_i386 -z max-page-size=4096 -z noexecstack --build-id=none
LIBGCC  = $(shell $(CROSS)gcc -m32 -print-libgcc-file-name)

# ---- what follows from the tables of both doors ----------------------------
TABLES := abi/syscalls.tbl abi/native.tbl
GEN    := $(addprefix build/gen/,syscall_numbers.h syscalls.inc syscall_table.c calls.h \
	syscall_names.h server_calls.h native_calls.h native_stubs.h native_numbers.h)
$(GEN) &: $(TABLES) tools/mktables
	tools/mktables $(TABLES) build/gen docs

# ---- the kernel ------------------------------------------------------------
# It is linked twice, the second time with its own symbols for the backtrace.
# They are constants behind the code, so that they move no function.
KASM := $(wildcard boot/*.asm kernel/*/*.asm)
KC   := $(wildcard boot/*.c kernel/*/*.c mm/*.c ipc/*/*.c) build/gen/syscall_table.c
KOBJ := $(patsubst %,build/$(WAY)/%.o,$(KASM) $(KC))
build/$(WAY)/%.c.o: %.c Makefile | $(GEN)
	$(CROSS)gcc $(KFLAGS) $(NO_LTO) -MMD -MP -c -o $@ $<
build/$(WAY)/%.asm.o: %.asm $(wildcard kernel/*/*.inc) | $(GEN)
	nasm -f elf32 -g -F dwarf -i kernel/entry/ -i build/gen/ -MD $(@:.o=.d) -MP -o $@ $<
# The optimizer must not look into these two: what they say differs.
build/$(WAY)/build/gen/%.o: private NO_LTO = $(if $(filter %symbols.c,$<),-fno-lto)
build/gen/no_symbols.c: tools/mksymbols.awk | $(GEN)
	awk -f tools/mksymbols.awk </dev/null >$@
build/first.elf: $(KOBJ) build/$(WAY)/build/gen/no_symbols.c.o build/$(WAY)/way linker.ld
	$(CROSS)gcc $(KFLAGS) $(KLINK) -o $@ $(filter %.o,$^)
build/gen/symbols.c: build/first.elf tools/mksymbols.awk
	$(CROSS)nm -n $< | awk -f tools/mksymbols.awk >$@
build/tessera.debug: $(KOBJ) build/$(WAY)/build/gen/symbols.c.o build/$(WAY)/way linker.ld
	$(CROSS)gcc $(KFLAGS) $(KLINK) -o $@ $(filter %.o,$^)
build/%/way: # of the last kernel: who builds the other way links again
	rm -f build/*/way && touch $@
build/tessera.elf: build/tessera.debug
	$(CROSS)objcopy --strip-debug $< $@

# ---- the kernel that writes down its paths ---------------------------------
# Every function of a .c file tells tests/paths/record.c when it begins and
# ends; tests/jobs/paths.py compares what README says.
POBJ   := $(patsubst %,build/paths/%.o,$(KC) build/gen/no_symbols.c tests/paths/record.c)
PFLAGS := $(filter-out -O2 -flto=%,$(KFLAGS)) -O1 -fno-inline
PFLAGS += -finstrument-functions -finstrument-functions-exclude-file-list=.h,record.c
build/paths/%.c.o: %.c Makefile | $(GEN)
	$(CROSS)gcc $(PFLAGS) -MMD -MP -c -o $@ $<
build/paths.elf: $(POBJ) $(KASM:%=build/$(WAY)/%.o) linker.ld
	$(CROSS)gcc $(PFLAGS) $(KLINK) -o $@ $(filter %.o,$^)

# ---- programs without a C library ------------------------------------------
# A program is a folder or one file; with it comes what it uses of user/lib.
SERVERS      := $(notdir $(basename $(wildcard user/servers/*)))
TEST_SERVERS := $(notdir $(basename $(wildcard tests/servers/*.c)))
LIB          := $(patsubst %,build/free/%.o,$(wildcard user/lib/*.c))
build/free/%.c.o: %.c Makefile | $(GEN)
	$(CROSS)gcc $(FREE) -ffunction-sections -fdata-sections -Iuser/lib -Ibuild/gen -MMD -MP -c -o $@ $<
define FREE_PROGRAM # its path, its source without the ending
$(1): $(patsubst %,build/free/%.o,$(wildcard $(2)/*.c $(2)/*/*.c $(2).c)) $(LIB)
	$$(CROSS)ld $$(ULINK) --gc-sections -s -o $$@ $$^ $$(LIBGCC)
endef
$(foreach s,$(SERVERS),$(eval $(call FREE_PROGRAM,build/root/sbin/$(s),user/servers/$(s))))
$(foreach s,$(TEST_SERVERS),$(eval $(call FREE_PROGRAM,build/tests/$(s),tests/servers/$(s))))
$(eval $(call FREE_PROGRAM,build/root/sbin/init,user/bin/init))
$(eval $(call FREE_PROGRAM,build/bench/bench,user/bin/bench))

# ---- ordinary programs -----------------------------------------------------
# Each is a file or a folder of user/bin with a main(); multicall.c makes them one, and small.
BIN   := $(filter-out init bench look multicall,$(notdir $(basename $(wildcard user/bin/*))))
MULTI := $(filter-out user/bin/init% user/bin/bench/%,$(wildcard user/bin/*.c user/bin/*/*.c))
VPATH := tests/guest tests/programs tests/labs
TESTS := $(notdir $(basename $(wildcard $(VPATH:%=%/*.c))))
main_of = $(subst -,_,$(firstword $(subst /, ,$(1))))_main
build/gen/programs.h: user/bin; printf 'PROGRAM("%s", %s)\n' $(foreach p,$(BIN),$(p) $(call main_of,$(p))) >$@
build/multi/user/bin/%.c.o: user/bin/%.c Makefile | $(GEN) build/gen/programs.h
	$(USER_CROSS)gcc $(UFLAGS) -Ibuild/gen -Os -ffunction-sections -fno-asynchronous-unwind-tables -Dmain=$(call main_of,$*) -MMD -MP -c -o $@ $<
build/root/bin/multicall: $(MULTI:%=build/multi/%.o)
	rm -f $(@D)/* && $(USER_CROSS)gcc $(UFLAGS) -s -Wl,--gc-sections,-z,noseparate-code,--build-id=none,--defsym=main=multicall_main -o $@ $^
$(BIN:%=build/root/bin/%): build/root/bin/multicall; ln -sf multicall $@
build/tests/%: %.c | $(GEN)
	$(USER_CROSS)gcc $(UFLAGS) -MMD -MP -MF $@.d -o $@ $< -lm

# ---- the boot archive and the ISO ------------------------------------------
PROGRAMS := $(addprefix build/root/sbin/,$(SERVERS) init) build/bench/bench
PROGRAMS += $(addprefix build/root/bin/,$(BIN)) build/root/lecture
build/root/lecture: $(wildcard docs/beats/*.stage); cat $^ >$@
programs: $(PROGRAMS) $(addprefix build/tests/,$(TESTS) $(TEST_SERVERS))
build/tessera.cpio: $(PROGRAMS) tools/mkarchive tools/busybox.tbl $(wildcard user/boot/* user/etc/* user/root/* build/shell/bin/busybox)
	tools/busybox; tools/mkarchive -o $@ -r build/root -r build/shell
build/tessera.iso: build/tessera.elf build/tessera.cpio boot/grub.cfg tools/mkiso
	tools/mkiso $@ build/tessera.elf build/tessera.cpio boot/grub.cfg

# ---- what people ask for ---------------------------------------------------
# The script of a goal has its name; it finds LAB=n and its like in the environment.
run: all ## install what is missing, build, boot here (WINDOW=1: a window)
test: all programs ## install what is missing, build, run every test
compare: all programs ## run the tests on Linux 6.1, record its answers
check: ## the rules of the house, formatting, warnings, static analysis
bench: all programs ## the performance table
lines: all ## code lines by room, each against its limit
dist: all ## everything to take away: ISO, page, docs, sources, licences, sums
doctor: ## what is here, what is missing, and the mend
gdb: all ## QEMU and gdb here, stopped at kmain (RUN=/bin/ring: at that program)
grade: ## mark a lab: make grade LAB=3 TREE=folder (docs/labs)
$(SCRIPTS): ; tools/$@
test: ; tests/run
web: all ; tools/mkweb ## build/web/index.html: the kernel in a web page
setup: ; @echo 'setup: all is here' ## only install what is missing
help: ## this
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 12
	@echo "tools/run   run one program in Tessera: tools/run --help"
clean: ; rm -rf build ## remove build/

# ---- folders to write to, and what each file includes ----------------------
SOURCES := $(sort $(dir $(wildcard boot/* kernel/*/* mm/* ipc/*/* user/*/* user/*/*/* user/*/*/*/* tests/*/*)))
BUILDS  := $(foreach to,obj fast free paths multi,$(SOURCES:%=build/$(to)/%) build/$(to)/build/gen)
$(shell mkdir -p build/gen build/tests $(sort $(dir $(PROGRAMS)) $(BUILDS)))
-include $(shell find build \( -name 'apt-*' -o -name 'debian*' -o -name release \) -prune -o -name '*.d' -print)
