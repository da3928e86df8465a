/* Made by tools/mktables from abi/native.tbl. */
#define NATIVE_receive 0
#define NATIVE_reply 1
#define NATIVE_pass 2
#define NATIVE_read 3
#define NATIVE_write 4
#define NATIVE_make 5
#define NATIVE_fill 6
#define NATIVE_drop 7
#define NATIVE_exec 8
#define NATIVE_log 9
#define NATIVE_string 10
#define NATIVE_check 11
#define NATIVE_six 12
#define NATIVE_ask 13
#define NATIVE_store 14

