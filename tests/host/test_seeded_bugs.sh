#!/bin/bash
# tests/host/test_seeded_bugs.sh -- do the explorers see a bug?
#
# Each line below is one change of the real sources (in a copy under build/),
# as somebody tired might make it: the entries of page tables and the scene of
# explore_space.c that must object, or another explorer, or `line` or `ready`, which are
# test_line.c and test_ready.c; the file; what is wrong; and a script for sed.  An explorer that
# panics has seen it, too.  A bug that survives, or whose place is not found any
# more, is `not ok`.
#
# usage: test_seeded_bugs.sh [places]   places: only, are they all there?
cd "$(dirname "$0")/../.." || exit 1
: "${HOSTCC:=gcc}"
out=build/host/seeded${1+-places}
rm -rf "$out"
mkdir -p "$out"
number=0 failed=0
only=$1

# The explorer's objects, to which one changed file is linked at a time.
flags="-std=gnu11 -O1 -w -DTESSERA_HOST -include tests/host/host.h"
wrap=-Wl,--wrap=frame_drop,--wrap=rows_reserve

objects() # NAME SMALL FILE...
{
	name=$1 small=$2
	mkdir -p "$out/$name"
	shift 2
	[ "$only" ] && return
	for file in mm/*.c tests/host/host.c "$@"; do
		# shellcheck disable=SC2086
		$HOSTCC $flags $small -c -o \
			"$out/$name/$(basename "$file" .c).o" "$file" || exit 1
	done
}

# The same of one that stands alone.
alone="-std=gnu11 -O1 -w -DTESSERA_HOST -DSEMVMX=2 -DIDS_SEQ_MAX=2
 -DSEMS_A_CELL=1"

objects_alone() # NAME FILE...
{
	name=$1
	mkdir -p "$out/$name"
	shift
	[ "$only" ] && return
	for file in ipc/sysv/{ids,permission,object}.c \
		kernel/process/{wait,wait_check}.c "$@"; do
		# shellcheck disable=SC2086
		$HOSTCC $alone -c -o \
			"$out/$name/$(basename "$file" .c).o" "$file" || exit 1
	done
}

# NAME FILE: the explorer with $out/changed.c in its place
link_changed()
{
	case $1 in
	sem | msg)
		rm -rf "$out/linked" && cp -r "$out/$1" "$out/linked" &&
		# shellcheck disable=SC2086
		$HOSTCC $alone -iquote "$(dirname "$2")" -c -o \
			"$out/linked/$(basename "$2" .c).o" "$out/changed.c" &&
		$HOSTCC -o "$out/changed" "$out/linked/"*.o
		return
		;;
	messages)
		files=${messages/"$2"/"$out/changed.c"}
		# shellcheck disable=SC2086
		$HOSTCC -std=gnu11 -O1 -w -DTESSERA_HOST \
			-iquote "$(dirname "$2")" -o "$out/changed" $files
		return
		;;
	line | ready | sleep) small= ;;
	leases) small=-DHOST_SMALL=4 ;;
	*) small=-DHOST_SMALL=$1 ;;
	esac
	others=("$out/$1"/*.o)
	others=("${others[@]/"$out/$1/$(basename "$2" .c).o"/}")
	# shellcheck disable=SC2086,SC2068 # the empty word is to vanish
	$HOSTCC $flags $small -iquote "$(dirname "$2")" \
		-c -o "$out/changed.o" "$out/changed.c" &&
	$HOSTCC $wrap -o "$out/changed" "$out/changed.o" ${others[@]}
}

verdict() # OK? SENTENCE
{
	number=$((number + 1))
	if [ "$1" = yes ]; then
		echo "ok $number - seeded bug is seen: $2"
	else
		echo "not ok $number - seeded bug is seen: $2"
		echo "# $3"
		failed=1
	fi
}

# NAME SCENE FILE SENTENCE SED
bug()
{
	sed -e "$5" "$3" >"$out/changed.c"
	if cmp -s "$3" "$out/changed.c"; then
		verdict no "$4" "its place in $3 is not there any more"
	elif [ "$only" ]; then
		number=$((number + 1))
	elif ! link_changed "$1" "$3" >"$out/log" 2>&1; then
		verdict no "$4" "does not compile: $(head -1 "$out/log")"
	else
		(timeout 300 "$out/changed" 0 "$2") >"$out/log" 2>&1
		case $? in
		0) verdict no "$4" "scene $2 agrees with the model" ;;
		124) verdict no "$4" "scene $2 did not end" ;;
		*) verdict yes "$4" ;;
		esac
	fi
}

space="tests/host/space_model.c tests/host/explore_space.c"
line="ipc/sysv/ids.c ipc/sysv/ids_check.c ipc/sysv/permission.c ipc/sysv/object.c kernel/process/wait.c
 kernel/process/wait_check.c ipc/sysv/sem.c ipc/sysv/semop.c ipc/sysv/semadj.c ipc/sysv/sem_check.c ipc/sysv/msg.c
 ipc/sysv/msg_check.c tests/host/test_line.c"
leases="ipc/message/lease.c ipc/message/handle.c kernel/entry/native.c ipc/message/message.c ipc/message/connection.c ipc/message/forward.c
 ipc/message/message_check.c kernel/unix/memory.c
 tests/host/explore_leases.c"
messages="ipc/message/connection.c ipc/message/message.c ipc/message/forward.c ipc/message/message_check.c
 tests/host/explore_messages.c"
# shellcheck disable=SC2086
objects 2 -DHOST_SMALL=2 $space
# shellcheck disable=SC2086
objects 4 -DHOST_SMALL=4 $space
# shellcheck disable=SC2086
objects leases -DHOST_SMALL=4 $leases
# shellcheck disable=SC2086
objects line "" $line
objects ready "" kernel/process/ready.c tests/host/test_ready.c
objects sleep "" kernel/process/sleep.c tests/host/test_sleep.c
objects_alone sem ipc/sysv/sem.c ipc/sysv/semop.c ipc/sysv/semadj.c ipc/sysv/sem_check.c \
	tests/host/explore_sem.c
objects_alone msg ipc/sysv/msg.c ipc/sysv/msg_check.c tests/host/explore_msg.c

# ---- flushes
bug 2 5 mm/resize.c "resize: no flush before the frames are freed" \
	's/^\tpage_flush_all(page_loaded);$/\t;/'
bug 2 5 mm/resize.c "resize: borrowed entries are not forgotten" \
	's/^\t\t\tregion_refresh(r);$/\t\t\t;/'
bug 2 3 mm/slot.c "unmap: the frame is dropped before the flush" \
	'/^static void clear_entries/,/^}/s/^\t\tpiece_set(p, va, 0);$/\t\tpage_set(p->table, entry_of(va), 0);/'
bug 2 2 mm/page.c "detach: CR3 is not loaded anew" \
	'/^void page_flush_all/,/^}/s/if (directory == page_loaded)/if (0)/'
bug 2 3 mm/slot.c "a private table is freed while the CPU has its PDE" \
	'/^void slots_settle/,/^}/s/^\t\tpage_flush(.*$/\t\t;/'

# ---- rights
bug 2 1 mm/fault.c "a borrowed entry of a read-only region may be written" \
	'/^static int show/,/^}/s/if (shared && (r->rights & RIGHT_WRITE))/if (shared)/'
bug 2 3 mm/space.c "fork: the parent may go on writing to what is shared" \
	's/^\t\t\t\tword &= ~PTE_RW;$/\t\t\t\t;/'
bug 2 7 mm/map.c "an archive mapped shared may be written" \
	's/^\t\tdraft.rights &= ~RIGHT_WRITE;$/\t\t;/'
bug 2 1 mm/page.c "a read-only attach is linked with the right to write" \
	's/bits = rights & RIGHT_WRITE ? PTE_P | PTE_RW : PTE_P;/bits = PTE_P | PTE_RW;/'

# ---- copy-on-write
bug 2 3 mm/fault.c "space_page writes to a frame that a fork shares" \
	's/frames\[old\].count == 1/frames[old].count >= 1/'
bug 2 3 mm/usercopy.c "what PROT_NONE keeps can be read by the kernel" \
	'/^static bool can_be_read/,/^}/s/return word & PTE_P;/return word;/'
bug 2 3 mm/usercopy.c "space_write reaches pages as if it read" \
	'/^static int move/,/^}/s/reach(space, va, write,/reach(space, va, false,/'
bug 2 7 mm/segment.c "the end of a file shows what follows it" \
	's/if (tail == 0 || page < s->pages - 1)/if (page < s->pages)/'

# ---- counts
bug 2 1 mm/attach.c "an attach ends and is not counted off" \
	'/^void attach_leave/,/^}/s/^\tattach_ended(r->space, r->tag);$/\t;/'
bug 2 1 mm/region.c "what is cut off is no part of its attach" \
	'/^int region_split/,/^}/s/if (upper.tag >= 0)/if (false)/'
bug 4 9 mm/space.c "fork: each part becomes an attach of its own" \
	'/^static void copy_part/,/^}/s/low->start < r->start/false/'
bug 2 1 mm/attach.c "shmdt leaves what is above a part" \
	'/^int space_detach/,/^}/s/if (next == r)/if (true)/'
bug 4 10 mm/region.c "a region leaves its slot, and the next one does not know" \
	's/^\t\tregions\[high\].previous = low;$/\t\t;/'
bug 4 10 mm/region.c "two join, and the slots of the second have no region" \
	'/^static int merge/,/^}/s/^\t\tlist_end(low, first);$/\t\t;/'
bug 2 2 mm/region.c "a region does not hold its segment" \
	's/^\t\tsegments\[draft->segment\].holders++;$/\t\t;/'
bug 2 4 mm/slot.c "the promise of a NORESERVE page is not given back" \
	'/^static void clear_entries/,/^}/s/space_refund(r->space, 1)/(void)0/'
bug 2 8 mm/space.c "a child inherits a device" \
	'/^static bool inherited/,/^}/s/!= SEGMENT_DEVICE/!= SEGMENT_FREE/'

# ---- covering
bug 4 9 mm/map.c "a torn slot stays linked: one page too many is allowed" \
	'/^static bool tears/,/^}/s/at % SLOT_SIZE/at % SLOT_SIZE > PAGE_SIZE/'
bug 4 11 mm/slot.c "a slot is linked whose region ends one page early" \
	'/^static bool linkable/,/^}/s/>> PAGE_SHIFT) >= s->pages/>> PAGE_SHIFT) + 1 >= s->pages/'
bug 2 3 mm/usercopy.c "a copy runs over the end of its page" \
	's/if (\*bytes > PAGE_SIZE - offset)/if (*bytes > 2 * PAGE_SIZE)/'
bug 4 11 mm/fault.c "the stack grows onto what lies below it" \
	'/^static int grow_stack/,/^}/s/space_overlaps(space, start - PAGE_SIZE, start)/false/'

# ---- leases, tokens, handles: explore_leases.c
bug leases 0 ipc/message/lease.c "a lease to read may be written through" \
	's/if (!(lease->kind & (use->to_client.*$/if (0)/'
bug leases 0 ipc/message/lease.c "a lease reaches beyond its buffer" \
	's/min(iov.length - skip, limit - done)/limit - done/'
bug leases 0 ipc/message/lease.c "where a lease was walked to is a byte beside" \
	's/before += iov.length;/before += iov.length + 1;/'
bug leases 0 ipc/message/message.c "a token serves another server, too" \
	'/^int token_client/,/^}/s/procs\[client\].peer != self_index()/0/'
bug leases 0 ipc/message/message.c "an old token is good for the next call" \
	'/^int token_client/,/^}/s/token_of(client) != token/0/'
bug leases 0 ipc/message/handle.c kernel/entry/native.c "a handle serves another server, too" \
	'/^static int segment_of/,/^}/s/segments\[segment\].owner != self()->message.channel/0/'
bug leases 0 ipc/message/handle.c kernel/entry/native.c "a dead server's segments stay" \
	'/^void native_exit/,/^}/s/native_segment_drop(i)/(void)0/'

# ---- news of a server: explore_messages.c
bug messages 7 ipc/message/message.c "a line that goes on interrupting is heard alone" \
	'/choose(const/,/^}/s/int kind = channel->heard/int kind = NEWS - 1/'
bug messages 7 ipc/message/message.c "a poll that finds nothing has heard something" \
	'/^int native_poll/,/^}/s/return -EAGAIN;/return 0;/'

# ---- semaphores: explore_sem.c
bug sem 2 ipc/sysv/semop.c "a changer overtakes who waits for zeroes" \
	'/^void sem_serve/,/^}/s/^\tlook_for_zeroes(/\tcall_up(\&set->changers, op, end), serve_called(set), look_for_zeroes(/'
bug sem 1 ipc/sysv/semop.c "who waits for several zeroes goes before who waits for one" \
	'/^static void serve_zeroes/,/^}/s/!= several/== several/'
bug sem 2 ipc/sysv/semop.c "two changers go on and nobody looks for zeroes between" \
	'/^void sem_serve/,/^}/s/^\t\tlook_for_zeroes(.*$/\t\t;/'
bug sem 3 ipc/sysv/semop.c "what was done of an array is not taken back" \
	'/^static inline int attempt/,/^}/s/^\t\t\t\ttake_back(.*$/\t\t\t\t;/'
bug sem 5 ipc/sysv/semop.c "its undo is not taken back" \
	'/static void take_back/,/^}/s/if (op->sem_flg & SEM_UNDO)/if (0)/'
bug sem 3 ipc/sysv/semop.c "IPC_NOWAIT of another operation decides" \
	'/^static inline int attempt/,/^}/s/op->sem_flg/p->wait.ops->sem_flg/'
bug sem 1 ipc/sysv/semop.c "GETPID is who served, not who was served" \
	'/^static inline int operate/,/^}/s/->pid = p->life.pid/->pid = self()->life.pid/'
bug sem 1 ipc/sysv/semop.c "GETZCNT counts who waits for another semaphore" \
	'/^static int count_line/,/^}/s/op->sem_num == num && //'
bug sem 4 ipc/sysv/semop.c "undo goes one beyond its range" \
	'/static bool count_undo/,/^}/s/value < -SEMVMX - 1/value < -SEMVMX - 2/'
bug sem 3 ipc/sysv/semop.c "GETPID is who tried, and could not" \
	'/static void take_back/,/^}/s/^\t\ts->pid = op->old_pid;$/\t\t;/'
bug sem 1 ipc/sysv/semop.c "a process that is to die is served" \
	'/^static inline int serve(/,/^}/s/p->signal.killed ? WAITING : //'
bug sem 1 kernel/process/wait.c "the last in line leaves and stays the last" \
	'/^static inline void leave/,/^}/s/line->last = before/;/'
bug sem 1 kernel/process/wait.c "who leaves the line is still before the next" \
	'/^static inline void leave/,/^}/s/\tnext->wait.before = .*$/\t;/'
bug sem 1 kernel/process/wait.c "whose time is up stays in line" \
	'/^int wait_sleep/,/^}/s/^\t\twait_serve(.*$/\t\tp->wait.result = error;/'
bug sem 4 ipc/sysv/semadj.c "undo lifts a value above SEMVMX" \
	'/^static void apply/,/^}/s/value > SEMVMX ? SEMVMX : value/value/'
bug sem 4 ipc/sysv/semadj.c "SETVAL leaves the undo of others" \
	'/^void semadj_clear/,/^}/s/semadjs\[i\].value = 0;/;/'
bug sem 5 ipc/sysv/semadj.c "SETVAL takes the undo of the whole set" \
	'/^void semadj_clear/,/^}/s/num < 0 ||/true ||/'
bug sem 4 ipc/sysv/semadj.c "a row ends and its set still has it" \
	'/^static void end_row/,/^}/s/^\tleave_set(.*$/\t;/'
bug sem 5 ipc/sysv/semadj.c "a row leaves the list of its set on one side only" \
	'/^static void leave_set/,/^}/s/^\t\tsemadjs\[row->next\].before = .*$/\t\t;/'
bug sem 4 ipc/sysv/semadj.c "an end owes a set for ever" \
	'/^void sem_exit/,/^}/s/^\t\tset->owed = 0;$/\t\t;/'
bug line 0 ipc/sysv/semadj.c "of several sets an end serves the first alone" \
	'/^void sem_exit/,/^}/s/set->owed == set ? 0 : set->owed/0/'
bug sem 1 ipc/sysv/semop.c "a change concerns only who waits for it at once" \
	'/^static inline bool concerns/,/^}/s/op < p->wait.stuck \&\&/false \&\&/'
bug sem 3 ipc/sysv/semop.c "a change made by a sleeper concerns nobody" \
	'/^void sem_serve/,/^}/s/^\t\top = p->wait.ops;$/\t\treturn;/'
bug sem 7 ipc/sysv/semop.c "who waits for zeroes is asked though none is there" \
	'/^static inline void look_for_zeroes/,/^}/s/ && any_is_zero(set, op, end)//'
bug sem 6 ipc/sysv/sem.c "a removed set keeps its cell" \
	'/^static void drop_semaphores/,/^}/s/^\t\tpool_give(all->cell);$/\t\t;/'
bug sem 4 ipc/sysv/semadj.c "an end with undo serves nobody" \
	'/^void sem_exit/,/^}/s/^\t\tsem_serve(.*$/\t\t;/'
bug sem 6 ipc/sysv/sem.c "SETALL with too great a value changes the others" \
	'/^static int fill/,/^}/s/too_great ? -ERANGE : 0/0/'
bug sem 6 ipc/sysv/sem.c "a removed set leaves its undo behind" \
	'/^static int remove/,/^}/s/^\tsemadj_forget(index);$/\t;/'
bug sem 6 ipc/sysv/sem.c "SETALL writes where nobody reads" \
	'/^static int set_all/,/^}/s/^\tsems\[index\].all = all;$/\t;/'

# ---- message queues: explore_msg.c
bug msg 2 ipc/sysv/msg.c "a receiver with too little room stays in line" \
	'/^static bool hand_over/,/^}/s/^\t\twait_serve(.*-E2BIG);$/\t\t;/'
bug msg 1 ipc/sysv/msg.c "a process that is to die is handed a message" \
	'/^static bool hand_over/,/^}/s/p->signal.killed ||//'
bug msg 2 ipc/sysv/msg.c "a message of one that is to die is sent" \
	'/^static void admit/,/^}/s/!p->signal.killed &&//'
bug msg 2 ipc/sysv/msg.c "one message of no length too many" \
	'/^static bool fits/,/^}/s/msg_qnum < /msg_qnum <= /'
bug msg 2 ipc/sysv/msg.c "a byte too many" \
	'/^static bool fits/,/^}/s/+ size <= /+ size <= 1 + /'
bug msg 1 ipc/sysv/msg.c "of the lowest type, not the first" \
	'/^static int choose/,/^}/s/type = 1 - offered;/type = -offered;/'
bug msg 2 ipc/sysv/msg.c "room is made and no sender goes on" \
	'/^int msg_receive/,/^}/s/^\t\t\tadmit(q);$/\t\t\t;/'
bug msg 1 ipc/sysv/msg.c "the last message is taken and stays the last" \
	'/^static void take_out/,/^}/s/q->last == chain/false/'
bug msg 2 ipc/sysv/msg.c "MSG_NOERROR is forgotten in line" \
	'/^static bool hand_over/,/^}/s/(p->wait.flags & MSG_NOERROR)/false/'
bug msg 3 ipc/sysv/msg.c "who may not write any more is let in all the same" \
	'/^static int let_in/,/^}/s/^\t\treturn -EACCES;$/\t\t;/'
bug msg 3 ipc/sysv/msg.c "who may not read any more waits on to receive" \
	'/^static int set(/,/^}/s/^\tcheck_receivers(q);$/\t;/'
bug msg 3 ipc/sysv/msg.c "room given by IPC_SET is given to nobody" \
	'/^static int set(/,/^}/s/^\tadmit(q);.*$/\t;/'
bug msg 2 ipc/sysv/msg.c "a message that was taken is still its sender's" \
	'/^static int let_in/,/^}/s/p->wait.chain = -1;/;/'
bug msg 2 ipc/sysv/msg.c "msg_lspid is who made room, not who sent" \
	'/^static void accept/,/^}/s/sender->life.pid/self()->life.pid/'
bug msg 4 ipc/sysv/msg.c "a message whose text cannot be read is lost in the pool" \
	'/^static int compose/,/^}/s/^\t\tpool_give(chain);$/\t\t;/'
bug msg 4 ipc/sysv/msg.c "a removed queue keeps who waits to send" \
	'/^static int remove/,/^}/s/^\twait_dismiss(&q->senders.*$/\t;/'

# ---- after a sleep: test_line.c
bug line 0 ipc/sysv/msg.c "a message that was not sent stays in the pool" \
	'/sys_msgsnd(/,/^}/s/^\t\tpool_give(chain);.*$/\t\t;/'
bug line 0 ipc/sysv/msg.c "a message that was sent is still its sender's" \
	'/sys_msgsnd(/,/^}/s/^\t*self()->wait.chain = -1;$/\t;/'
bug line 0 ipc/sysv/msg.c "msgsnd that was stopped is interrupted" \
	'/sys_msgsnd(/,/^}/s/wait_again(result)/false/'
bug line 0 ipc/sysv/msg.c "a message that was received stays in the pool" \
	'/sys_msgrcv(/,/^}/s/if (!copies)/if (copies)/'
bug line 0 ipc/sysv/msg.c "a message that was received is still the receiver's" \
	'/sys_msgrcv(/,/^}/s/^\tself()->wait.chain = -1;$/\t;/'
bug line 0 ipc/sysv/msg.c "msgrcv that was stopped is interrupted" \
	'/sys_msgrcv(/,/^}/s/wait_again(result)/false/'
bug line 0 ipc/sysv/msg.c "MSG_NOERROR gives more than there is room for" \
	'/^static int deliver/,/^}/s/size > m->size/size != m->size/'
bug line 0 kernel/process/wait.c "who is killed in line stays there" \
	'/^int wait_sleep/,/^}/s/^\t\twait_serve(.*$/\t\treturn error;/'
bug line 0 kernel/process/wait.c "a stop is seen by nobody, and who was woken waits on" \
	'/^int wait_sleep/,/^}/s/!= GO_ON/== DIE/'
bug line 0 kernel/process/wait.c "time that is up just now is not up" \
	'/^int wait_sleep/,/^}/s/until <= clock_counts/until < clock_counts/'
bug line 0 ipc/sysv/semop.c "the page of many operations is kept after a sleep" \
	'/^static int semop_many/,/^}/s/^\t\tsegment_drop(segment);$/\t\tif (result < 0) segment_drop(segment);/'
bug line 0 ipc/sysv/semop.c "the page is let go, unless it fails" \
	'/^static int semop_many/,/^}/s/^\t\tsegment_drop(segment);$/\t\tif (result == 0) segment_drop(segment);/'
bug line 0 ipc/sysv/semop.c "one who serves takes the undo upon himself" \
	'/adjustment(const/,/^}/s/semadj_find(p, /semadj_find(self(), /'
bug line 0 ipc/sysv/semadj.c "rows are not given back when their process ends" \
	'/^static void end_row/,/^}/s/^\trows_put(.*$/\t;/'
bug line 0 ipc/sysv/semadj.c "a row takes another's place in the tree, half of it" \
	'/^static void leave_tree/,/^}/s/^\tsemadjs\[i\].below\[1\] = .*$/\t;/'
bug line 0 ipc/sysv/semadj.c "a second operation gets a second row" \
	'/^int semadj_make/,/^}/s/if (\*at >= 0)/if (false)/'

# ---- turns of the CPU: test_ready.c
bug ready 0 kernel/process/ready.c "a user has the CPU as long as he has a process for it" \
	'/^void quantum_ends/,/^}/s/^\t\tturn_pass();$/\t\t;/'
bug ready 0 kernel/process/ready.c "a turn ends at the next tick, however short it was" \
	'/^void quantum_ends/,/^}/s/if (now - turn_began >= .*$/if (true)/'
bug ready 0 kernel/process/ready.c "a server that loops stays before all others" \
	'/^void quantum_ends/,/^}/s/p->sched.queue = p->sched.user;/;/'
bug ready 0 kernel/process/ready.c "who talks to a server is always the first of his user" \
	'/^void enqueue_first/,/^}/s/if (q->ticked)/if (false)/'
bug ready 0 kernel/process/ready.c "sched_yield gives way to nobody else" \
	'/^void turn_yield/,/^}/s/^\t\tturn_pass();$/\t\t;/'
bug ready 0 kernel/process/ready.c "a process that changes its user keeps the old queue" \
	'/^void user_join/,/^}/s/p->sched.user = p->sched.queue = /p->sched.user = /'

# ---- sleepers: test_sleep.c
bug sleep 0 kernel/process/sleep.c "the last sleeper only sinks to the place of one who left" \
	'/^void sleep_leave/,/^}/s/rise(place, last)/sink(place, last)/'
bug sleep 0 kernel/process/sleep.c "a sleeper sinks below the later of two" \
	'/^static void sink/,/^}/s/^\t\t\tbelow++;$/\t\t\t;/'
bug sleep 0 kernel/process/sleep.c "who is to wake up just now sleeps on" \
	'/^void sleep_wake/,/^}/s/<= clock_counts/< clock_counts/'

[ "$only" ] || echo "1..$number"
exit $failed
