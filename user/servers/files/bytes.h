/*
 * user/servers/files/bytes.h -- where the bytes of a file are.
 */
#ifndef FILES_BYTES_H
#define FILES_BYTES_H

#include "../../../abi/types.h"

enum bytes_where {
	BYTES_ARCHIVE, /* in the boot archive, which is mapped read-only */
};

struct bytes {
	uint8_t where; /* enum bytes_where */
	uint32_t size;
	union {
		const uint8_t *archive;
	};
};

#endif
