# Tessera.  `make help` says what there is; everything made lies in build/.
MAKEFLAGS += --no-builtin-rules
.DELETE_ON_ERROR:
.PHONY: all run test compare check bench lines gdb help setup clean programs
all: build/tessera.elf build/tessera.iso ## build the kernel and the bootable ISO
# These install what is missing, before a compiler is looked for; others only say what it is.
NEEDY := $(filter run test check compare bench gdb setup,$(MAKECMDGOALS))
LOOK := $(if $(filter-out help clean,$(or $(MAKECMDGOALS),all)),$(or $(NEEDY),-n))
$(and $(LOOK),$(shell tools/setup $(LOOK) $(WINDOW:1=window) >&2 || echo failed),$(error tools/setup failed))
# Compilers are probed when first needed, and once.
CROSS = $(eval CROSS := $$(shell tools/cross))$(CROSS)
USER_CROSS = $(eval USER_CROSS := $$(shell tools/cross static))$(USER_CROSS)
WARN := -Wall -Wextra -Wstrict-prototypes -Wmissing-prototypes $(if $(WERROR),-Werror)
FREE := -std=gnu11 -m32 -march=i686 -mtune=generic -mgeneral-regs-only -ffreestanding -fno-pic \
	-fno-pie -fno-stack-protector -fno-asynchronous-unwind-tables \
	-fno-tree-loop-distribute-patterns -O2 -g $(WARN)
# Traps save all registers, so functions keep none but ebp; what assembly does unseen (a fault, a switch) IPA must not guess.
KFLAGS := $(FREE) -fomit-frame-pointer -mregparm=3 -mpreferred-stack-boundary=2 -fno-ipa-modref -fno-ipa-reference \
	$(addprefix -fcall-used-,ebx esi edi) $(addprefix -fno-align-,loops jumps labels) -fira-region=one -mbranch-cost=1 -flto=auto
UFLAGS := -m32 -static -O2 -Wall -Wextra $(if $(WERROR),-Werror)
LDFLAGS := -m elf_i386 -z max-page-size=4096 -z noexecstack --build-id=none
LIBGCC = $(shell $(CROSS)gcc -m32 -print-libgcc-file-name)
GEN := $(addprefix build/gen/,syscall_numbers.h syscalls.inc syscall_table.c \
	calls.h syscall_names.h server_calls.h native_calls.h native_stubs.h native_numbers.h)
$(GEN) &: abi/syscalls.tbl abi/native.tbl tools/mktables
	tools/mktables abi/syscalls.tbl abi/native.tbl build/gen docs/syscalls.md
# the kernel: linked twice, the second time with its own symbols, which may not move any code
KSRC := $(wildcard boot/*.asm kernel/*/*.asm boot/*.c kernel/*/*.c mm/*.c ipc/*/*.c)
KOBJ := $(KSRC:%=build/obj/%.o) build/obj/build/gen/syscall_table.c.o
build/obj/%.c.o: %.c Makefile | $(GEN)
	$(CROSS)gcc $(KFLAGS) $(if $(filter %/symbols.c.o %/no_symbols.c.o,$@),-fno-lto) -MMD -MP -c -o $@ $<
build/obj/%.asm.o: %.asm $(wildcard kernel/*/*.inc) | $(GEN)
	nasm -f elf32 -g -F dwarf -i kernel/entry/ -i build/gen/ -MD $(@:.o=.d) -MP -o $@ $<
build/gen/no_symbols.c: tools/mksymbols.awk | $(GEN)
	awk -f tools/mksymbols.awk </dev/null >$@
build/first.elf: $(KOBJ) build/obj/build/gen/no_symbols.c.o linker.ld
	$(CROSS)gcc $(KFLAGS) -nostdlib -static -Wl,-T,linker.ld,-z,noexecstack,--build-id=none -o $@ $(filter %.o,$^)
build/gen/symbols.c: build/first.elf tools/mksymbols.awk
	$(CROSS)nm -n $< | awk -f tools/mksymbols.awk >$@
build/tessera.debug: $(KOBJ) build/obj/build/gen/symbols.c.o linker.ld
	$(CROSS)gcc $(KFLAGS) -nostdlib -static -Wl,-T,linker.ld,-z,noexecstack,--build-id=none -o $@ $(filter %.o,$^)
build/tessera.elf: build/tessera.debug
	$(CROSS)objcopy --strip-debug $< $@
# user: small freestanding servers and init; the rest is ordinary C
LIB := $(patsubst %,build/free/%.o,$(wildcard user/lib/*.c))
SERVERS := $(notdir $(basename $(wildcard user/servers/*))) init
BIN := $(filter-out init,$(notdir $(basename $(wildcard user/bin/*.c))))
TESTS := $(notdir $(basename $(wildcard tests/guest/*.c tests/programs/*.c)))
TEST_SERVERS := $(notdir $(basename $(wildcard tests/servers/*.c)))
NAMES := pt pmap ipcs ipcrm poweroff# of the multi-call program user/bin/tools.c
PROGRAMS := $(SERVERS:%=build/root/sbin/%) $(addprefix build/root/bin/,$(BIN) $(NAMES)) build/bench/bench
programs: $(PROGRAMS) $(TESTS:%=build/tests/%) $(TEST_SERVERS:%=build/tests/%)
FREEOBJ := $(patsubst %,build/free/%.o,$(wildcard user/servers/*/*.c user/servers/*.c \
	user/bin/init/*.c user/bin/init.c user/bin/bench/*.c tests/servers/*.c tests/servers/*/*.c))
build/free/%.c.o: %.c Makefile | $(GEN)
	$(CROSS)gcc $(FREE) -Iuser/lib -Ibuild/gen -MMD -MP -c -o $@ $<
define SERVER
$(1): $$(patsubst %,build/free/%.o,$$(wildcard $(2)/*.c $(2).c)) $$(LIB)
	$$(CROSS)ld $$(LDFLAGS) -s -o $$@ $$^ $$(LIBGCC)
endef
$(foreach s,$(filter-out init,$(SERVERS)),$(eval $(call SERVER,build/root/sbin/$(s),user/servers/$(s))))
$(foreach s,$(TEST_SERVERS),$(eval $(call SERVER,build/tests/$(s),tests/servers/$(s))))
$(eval $(call SERVER,build/root/sbin/init,user/bin/init))
$(eval $(call SERVER,build/bench/bench,user/bin/bench))
$(addprefix build/root/bin/,$(NAMES)): ; ln -sf tools $@
LOOKS := $(patsubst user/bin/look/%.c,build/look/%.o,$(wildcard user/bin/look/*.c))
$(LOOKS): build/look/%.o: user/bin/look/%.c
	$(USER_CROSS)gcc $(UFLAGS) -MMD -MP -c -o $@ $<
build/root/bin/%: user/bin/%.c $(LOOKS) | $(GEN)
	$(USER_CROSS)gcc $(UFLAGS) -s -ffunction-sections -Wl,--gc-sections -MMD -MP -MF build/gen/$*.d -o $@ $(filter %.c %.o,$^)
VPATH := tests/guest tests/programs
build/tests/%: %.c | $(GEN)
	$(USER_CROSS)gcc $(UFLAGS) -MMD -MP -MF $@.d -o $@ $< -lm
# the boot archive and the ISO
build/tessera.cpio: $(PROGRAMS) tools/mkarchive
	tools/mkarchive -o $@ -r build/root
build/tessera.iso: build/tessera.elf build/tessera.cpio boot/grub.cfg tools/mkiso
	tools/mkiso $@ build/tessera.elf build/tessera.cpio boot/grub.cfg

run: all ## install what is missing, build, boot here (WINDOW=1: a window)
	tools/run
test: all programs ## install what is missing, build, run every test
	tests/run
compare: all programs ## run the tests on Linux 6.1, record its answers
	tools/compare
check: ## layers, one writer, formatting, warnings, static analysis
	tools/check
bench: all programs ## the performance table
	tools/bench
lines: all ## code lines by room against the budget
	tools/lines
gdb: all ## QEMU and gdb in this terminal, stopped at kmain
	tools/gdb
setup: ; @echo 'setup: all is here' ## only install what is missing
help: ## this
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 12
	@echo "tools/run   run one program in Tessera: tools/run --help"
clean: ; rm -rf build ## remove build/
$(shell mkdir -p build/gen build/look build/tests $(sort $(dir $(KOBJ) $(PROGRAMS) $(FREEOBJ) $(LIB))))
-include $(shell find build \( -name 'apt-*' -o -name release \) -prune -o -type f -name '*.d' -print)
